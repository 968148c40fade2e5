import type { Readable } from 'node:stream';
import { AppError, inShort } from '../errors.ts';
import { archiveOf, type Part } from './archive.ts';
import { isInside, type Listed } from './listing.ts';
import { inRepository } from './local.ts';
import type { GitCommit } from './remote.ts';
import { tooLarge } from './transfer.ts';

export interface GitEntry {
  readonly path: string;
  readonly type: 'file' | 'link' | 'directory';
  /** The name of its content: the same content has the same name. Of a submodule, its commit. */
  readonly id: string;
  readonly size: number;
  readonly executable: boolean;
}

const notThere = (path: string): AppError =>
  new AppError('git_ref_not_found', `The commit has no ${inShort(JSON.stringify(path))}`);

/** The path as entries have it. */
function plain(path: string): string {
  const name = path.replace(/^(?:\.\/)+|\/+$/g, '');
  if (name !== '' && name !== '.' && !isInside(name))
    throw new AppError('git_refused', `The path ${inShort(JSON.stringify(path))} leads out of the repository`);
  return name === '.' ? '' : name;
}

const isUnder = (path: string, folder: string): boolean =>
  folder === '' || path === folder || path.startsWith(`${folder}/`);

/** A commit with all its files, submodules joined in. It lies in the cache: what was deleted there must be fetched again. */
export class GitTree {
  readonly commit: GitCommit;
  readonly #parts: readonly Part[];

  constructor(commit: GitCommit, parts: readonly Part[]) {
    this.commit = commit;
    this.#parts = parts;
  }

  /** What is in the directory, and in those in it; of the whole tree without a path. */
  async entries(path = ''): Promise<readonly GitEntry[]> {
    const folder = plain(path);
    return this.#parts
      .flatMap(({ entries }) => entries)
      .filter((entry) => entry.path !== folder && isUnder(entry.path, folder))
      .map(({ type, ...entry }) => ({ ...entry, type: type === 'submodule' ? 'directory' : type }))
      .sort((one, other) => (one.path < other.path ? -1 : 1));
  }

  /** The content of a file, which may have up to `most` bytes. */
  async file(path: string, most: number): Promise<Buffer> {
    const { repository, entry } = this.#find(plain(path), path);
    if (entry.type !== 'file') throw notThere(path);
    if (entry.size > most) throw tooLarge(most);
    return inRepository({
      repository,
      args: ['cat-file', 'blob', entry.id],
      signal: AbortSignal.timeout(60_000),
      mostOutput: most,
    });
  }

  /** A tar of all, or of these files and directories, with their paths from the root. */
  archive(paths?: readonly string[]): Readable {
    const wanted = paths?.map((path) => {
      const name = plain(path);
      if (name !== '') this.#find(name, path);
      return name;
    });
    return archiveOf(this.#parts, (path) => wanted?.some((one) => isUnder(path, one)) ?? true, this.commit.at);
  }

  #find(path: string, given: string): { repository: string; entry: Listed } {
    for (const { repository, entries } of this.#parts) {
      const entry = entries.find((one) => one.path === path);
      if (entry) return { repository, entry };
    }
    throw notThere(given);
  }
}
