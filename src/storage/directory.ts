import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { checkName, isPart, leftoverMs, partOf, type Storage, StorageError, type StoredFile } from './storage.ts';

const isMissing = (error: unknown): boolean => error instanceof Error && Reflect.get(error, 'code') === 'ENOENT';

/** A directory of this machine: a mounted disk or network share. */
export class DirectoryStorage implements Storage {
  readonly place: string;
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
    this.place = dir;
  }

  async write(name: string, content: Readable, signal?: AbortSignal): Promise<number> {
    const part = join(this.#dir, partOf(checkName(name)));
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    try {
      // On the disk before it has its name.
      await pipeline(content, createWriteStream(part, { mode: 0o600, flush: true }), { signal });
      const { size } = await stat(part);
      await rename(part, join(this.#dir, name));
      await this.#sync();
      return size;
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  async read(name: string, signal?: AbortSignal): Promise<Readable> {
    const path = join(this.#dir, checkName(name));
    await stat(path).catch((error: unknown) => {
      throw isMissing(error) ? new StorageError(`${path} does not exist`) : error;
    });
    return createReadStream(path, { signal });
  }

  async list(prefix: string): Promise<StoredFile[]> {
    const names = await this.#names();
    const files = await Promise.all(
      names
        .filter((name) => name.startsWith(prefix) && !isPart(name))
        .map(async (name) => {
          const { size, mtime } = await stat(join(this.#dir, name));
          return { name, size, modifiedAt: mtime };
        }),
    );
    return files.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  async delete(name: string): Promise<void> {
    await rm(join(this.#dir, checkName(name)), { force: true });
  }

  async sweep(prefix: string): Promise<void> {
    for (const name of await this.#names()) {
      if (!isPart(name) || !name.startsWith(`.${prefix}`)) continue;
      const { mtimeMs } = await stat(join(this.#dir, name));
      if (mtimeMs < Date.now() - leftoverMs) await rm(join(this.#dir, name), { force: true });
    }
  }

  async close(): Promise<void> {}

  #names(): Promise<string[]> {
    return readdir(this.#dir).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
  }

  /** A name is lasting once its directory is written. */
  async #sync(): Promise<void> {
    const dir = await open(this.#dir, 'r');
    await dir.sync().finally(() => dir.close());
  }
}
