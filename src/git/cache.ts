import { access, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isId, newId } from '../ids.ts';
import { Semaphore } from '../semaphore.ts';
import { inRepository } from './local.ts';

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const formatOf = (sha: string): 'sha1' | 'sha256' => (sha.length === 64 ? 'sha256' : 'sha1');

/** The bytes of all files in the directory, as many as are there now: others may add and remove some. */
export async function bytesOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What processes that were killed have left: no run lives as long as `seconds`. */
async function removeRemains(repository: string, seconds: number): Promise<void> {
  const names = await readdir(repository, { recursive: true });
  for (const name of names.filter((one) => one.endsWith('.lock') || /^incoming-[^/]*$/.test(one))) {
    const path = join(repository, name);
    const info = await stat(path).catch(() => null);
    if (info && Date.now() - info.mtimeMs > seconds * 1000) await rm(path, { recursive: true, force: true });
  }
}

/** Bare repositories that save a download: all of it can be deleted at any time. */
export class Cache {
  readonly #directory: string;
  readonly #bounds: { readonly seconds: number; readonly bytes: number };
  readonly #gates = new Map<string, Semaphore>();

  constructor(directory: string, bounds: { readonly seconds: number; readonly bytes: number }) {
    this.#directory = directory;
    this.#bounds = bounds;
  }

  /** Works in one of the repositories of a remote, of which there is one for each format of names. One at a time. */
  async within<T>(
    { id, name, sha, signal }: { id: string; name: string; sha: string; signal: AbortSignal },
    work: (repository: string) => Promise<T>,
  ): Promise<T> {
    const repository = this.pathOf(id, name, sha);
    const gate = this.#gates.get(repository) ?? new Semaphore(1);
    this.#gates.set(repository, gate);
    const release = await gate.acquire(signal);
    try {
      await this.#open(repository, sha, signal);
      return await work(repository);
    } finally {
      release();
    }
  }

  /** Where the repository of that name is, whose format is that of the commit's name. */
  pathOf(id: string, name: string, sha: string): string {
    if (!isId(id)) throw new Error('A cache is named by the id of its repository');
    return join(this.#directory, id, `${name}-${formatOf(sha)}`);
  }

  /** Deletes those of remotes that are gone; `known` says which of these there are still. */
  async prune(known: (ids: readonly string[]) => Promise<ReadonlySet<string>>): Promise<void> {
    const ids = (await exists(this.#directory)) ? (await readdir(this.#directory)).filter(isId) : [];
    if (ids.length === 0) return;
    const kept = await known(ids);
    for (const id of ids.filter((one) => !kept.has(one)))
      await rm(join(this.#directory, id), { recursive: true, force: true });
  }

  /** An empty one; also when another process makes the same at this moment. */
  async make(repository: string, sha: string, signal: AbortSignal): Promise<void> {
    const made = join(repository, '..', `making-${newId()}`);
    await mkdir(made, { recursive: true, mode: 0o700 });
    try {
      const args = ['init', '--bare', '--quiet', '--template=', `--object-format=${formatOf(sha)}`];
      await inRepository({ repository: made, args, signal, mostOutput: 4096 });
      await rename(made, repository);
    } catch (error) {
      if (!(await exists(join(repository, 'HEAD')))) throw error;
    } finally {
      await rm(made, { recursive: true, force: true });
    }
  }

  async #open(repository: string, sha: string, signal: AbortSignal): Promise<void> {
    // Others that read it now begin again: this is rare, and their work can be repeated.
    if ((await bytesOf(repository)) > this.#bounds.bytes) await rm(repository, { recursive: true, force: true });
    if (await exists(join(repository, 'HEAD'))) await removeRemains(repository, this.#bounds.seconds + 60);
    else await this.make(repository, sha, signal);
  }
}
