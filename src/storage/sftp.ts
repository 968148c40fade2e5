import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { FileEntryWithStats, SFTPWrapper } from 'ssh2';
import { hostAndPort } from '../networks.ts';
import { openSftp, type SftpPlace, type SftpSession } from './sftp-session.ts';
import { checkName, isPart, leftoverMs, partOf, type Storage, StorageError, type StoredFile } from './storage.ts';

/** What every server takes in one packet, and how many packets may be under way: a distant server is slow to answer. */
const packet = 32 * 1024;
const underWay = 32;

const noSuchFile = 2;
const isMissing = (error: unknown): boolean => error instanceof Error && Reflect.get(error, 'code') === noSuchFile;
const missingIsFine = (error: unknown): void => {
  if (!isMissing(error)) throw error;
};

/** A directory of an SFTP server. */
export class SftpStorage implements Storage {
  readonly place: string;
  readonly #place: SftpPlace;
  #session: Promise<SftpSession> | undefined;

  constructor(place: SftpPlace) {
    this.#place = place;
    this.place = `sftp://${place.user}@${hostAndPort(place.host, place.port)}/${place.dir}`;
  }

  async write(name: string, content: Readable, signal?: AbortSignal): Promise<number> {
    const part = this.#path(partOf(checkName(name)));
    const { sftp } = await this.#open();
    const broken = brokenOff(sftp, signal);
    try {
      await this.#makeDirectory(sftp);
      const size = await Promise.race([upload(sftp, part, content, signal), broken]);
      const target = this.#path(name);
      await new Promise<void>((resolve, reject) =>
        sftp.ext_openssh_rename(part, target, (error) => (error ? reject(error) : resolve())),
      ).catch(() => promisify(sftp.rename.bind(sftp))(part, target));
      return size;
    } catch (error) {
      content.destroy();
      const removed = promisify(sftp.unlink.bind(sftp))(part).catch(() => {});
      await Promise.race([removed, sleep(5000, undefined, { ref: false })]);
      throw error;
    }
  }

  async read(name: string, signal?: AbortSignal): Promise<Readable> {
    const path = this.#path(checkName(name));
    const { sftp } = await this.#open();
    const { size } = await promisify(sftp.stat.bind(sftp))(path).catch((error: unknown) => {
      throw isMissing(error) ? new StorageError(`${this.place}/${name} does not exist`) : error;
    });
    return Readable.from(download(sftp, path, size), { objectMode: false, signal });
  }

  async list(prefix: string): Promise<StoredFile[]> {
    const entries = await this.#entries();
    return entries
      .filter(({ filename }) => filename.startsWith(prefix) && !isPart(filename))
      .map(({ filename, attrs }) => ({ name: filename, size: attrs.size, modifiedAt: new Date(attrs.mtime * 1000) }))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  async delete(name: string): Promise<void> {
    const { sftp } = await this.#open();
    await promisify(sftp.unlink.bind(sftp))(this.#path(checkName(name))).catch(missingIsFine);
  }

  async sweep(prefix: string): Promise<void> {
    const { sftp } = await this.#open();
    for (const { filename, attrs } of await this.#entries())
      if (isPart(filename) && filename.startsWith(`.${prefix}`) && attrs.mtime * 1000 < Date.now() - leftoverMs)
        await promisify(sftp.unlink.bind(sftp))(this.#path(filename)).catch(missingIsFine);
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    session?.end();
    this.#session = undefined;
  }

  #path(name: string): string {
    return `${this.#place.dir}/${name}`;
  }

  #open(): Promise<SftpSession> {
    this.#session ??= openSftp(this.#place).then((session) => {
      // A session that ended is opened again by whoever needs the next one.
      session.sftp.once('close', () => {
        this.#session = undefined;
      });
      return session;
    });
    this.#session.catch(() => {
      this.#session = undefined;
    });
    return this.#session;
  }

  async #entries(): Promise<FileEntryWithStats[]> {
    const { sftp } = await this.#open();
    return promisify(sftp.readdir.bind(sftp))(this.#place.dir).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
  }

  async #makeDirectory(sftp: SFTPWrapper): Promise<void> {
    const parts = this.#place.dir.split('/');
    for (let end = 1; end <= parts.length; end += 1) {
      const path = parts.slice(0, end).join('/');
      if (path === '') continue;
      const exists = await promisify(sftp.stat.bind(sftp))(path).then(
        () => true,
        () => false,
      );
      if (!exists) await new Promise<void>((resolve, reject) => sftp.mkdir(path, (e) => (e ? reject(e) : resolve())));
    }
  }
}

/** Rejects when the work is cancelled or the connection ends: ssh2 answers nothing then. */
function brokenOff(sftp: SFTPWrapper, signal?: AbortSignal): Promise<never> {
  const broken = new Promise<never>((_, reject) => {
    sftp.once('close', () => reject(new StorageError('The SFTP connection was lost')));
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  broken.catch(() => {});
  return broken;
}

async function upload(sftp: SFTPWrapper, path: string, content: Readable, signal?: AbortSignal): Promise<number> {
  const handle = await new Promise<Buffer>((resolve, reject) =>
    sftp.open(path, 'w', { mode: 0o600 }, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  let size = 0;
  const pending = new Set<Promise<void>>();
  for await (const chunk of content) {
    const bytes = Buffer.from(chunk);
    for (let offset = 0; offset < bytes.length; offset += packet) {
      signal?.throwIfAborted();
      if (pending.size >= underWay) await Promise.race(pending);
      const length = Math.min(packet, bytes.length - offset);
      const written = new Promise<void>((resolve, reject) =>
        sftp.write(handle, bytes, offset, length, size, (error) => (error ? reject(error) : resolve())),
      ).finally(() => pending.delete(written));
      // The wait for it tells its error.
      written.catch(() => {});
      pending.add(written);
      size += length;
    }
  }
  await Promise.all(pending);
  // Not every server knows it; those that do say when the file is on the disk.
  await new Promise<void>((resolve) => sftp.ext_openssh_fsync(handle, () => resolve()));
  await new Promise<void>((resolve, reject) => sftp.close(handle, (error) => (error ? reject(error) : resolve())));
  const { size: there } = await promisify(sftp.stat.bind(sftp))(path);
  if (there !== size) throw new StorageError(`${path} has ${there} bytes on the server; ${size} were written`);
  return size;
}

/** Reads exactly these bytes: a server may give fewer at a time. */
async function readFully(sftp: SFTPWrapper, handle: Buffer, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const count = await new Promise<number>((resolve, reject) =>
      sftp.read(handle, bytes, at, length - at, offset + at, (error, read) => (error ? reject(error) : resolve(read))),
    );
    if (count === 0) throw new StorageError('The file became shorter while it was read');
    at += count;
  }
  return bytes;
}

/** The file in order, with several packets under way. */
async function* download(sftp: SFTPWrapper, path: string, size: number): AsyncGenerator<Buffer> {
  const handle = await new Promise<Buffer>((resolve, reject) =>
    sftp.open(path, 'r', (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  const broken = brokenOff(sftp);
  try {
    const asked: Promise<Buffer>[] = [];
    for (let offset = 0; offset < size || asked.length > 0; ) {
      while (offset < size && asked.length < underWay) {
        const block = readFully(sftp, handle, offset, Math.min(packet, size - offset));
        // Its turn tells its error.
        block.catch(() => {});
        asked.push(block);
        offset += packet;
      }
      const next = await Promise.race([asked.shift(), broken]);
      if (next) yield next;
    }
  } finally {
    sftp.close(handle, () => {});
  }
}
