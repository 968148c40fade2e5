import { isUtf8 } from 'node:buffer';
import { AppError, inShort } from '../errors.ts';
import { inRepository } from './local.ts';
import { type Budget, tooLarge } from './transfer.ts';

/** Something of a tree. `submodule`: the commit of another repository. */
export interface Listed {
  readonly path: string;
  readonly type: 'file' | 'link' | 'directory' | 'submodule';
  readonly id: string;
  readonly size: number;
  readonly executable: boolean;
}

const mostEntries = 400_000;
const mostOutput = 96 * 1024 ** 2;
/** PATH_MAX and NAME_MAX. */
const longestPath = 4000;
const longestName = 255;

const types: ReadonlyMap<string, Listed['type']> = new Map([
  ['100644', 'file'],
  ['100664', 'file'],
  ['100755', 'file'],
  ['120000', 'link'],
  ['040000', 'directory'],
  ['160000', 'submodule'],
] as const);

/** What file systems take for `.git`, as fsck knows them: a checkout with one runs what is in it. */
const isDotGit = (name: string): boolean =>
  /^(?:\.git|git~\d+)[. ]*(?::.*)?$/i.test(name.replaceAll(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, ''));

/** Whether it names something inside the directory that it is relative to, and is a name that every program reads the same. */
export function isInside(path: string): boolean {
  if (path.length > longestPath || /[\p{Cc}\\]/u.test(path) || !path.isWellFormed()) return false;
  return path
    .split('/')
    .every(
      (name) =>
        name !== '' && name !== '.' && name !== '..' && !isDotGit(name) && Buffer.byteLength(name) <= longestName,
    );
}

export const refusedPath = (path: string): AppError =>
  new AppError('git_refused', `The repository has a path that oCore does not take: ${inShort(JSON.stringify(path))}`);

function read(record: Buffer): Listed {
  const tab = record.indexOf(9);
  const written = record.subarray(tab + 1);
  const path = written.toString('utf8');
  const [mode = '', , id = '', size = ''] = record.toString('latin1', 0, tab).split(/ +/);
  const type = types.get(mode);
  if (!isUtf8(written) || !isInside(path) || type === undefined) throw refusedPath(path);
  return { path, type, id, size: size === '-' ? 0 : Number(size), executable: mode === '100755' };
}

/** Everything in the tree of a commit, directories before what is in them. */
export async function listTree(repository: string, sha: string, budget: Budget): Promise<readonly Listed[]> {
  const { signal, deadline, mostBytes } = budget;
  const args = ['ls-tree', '-r', '-t', '-z', '-l', '--full-tree', '--end-of-options', sha];
  const output = await inRepository({ repository, args, signal, deadline, mostOutput });
  const found: Listed[] = [];
  let bytes = 0;
  for (let from = 0, to = output.indexOf(0); to >= 0; from = to + 1, to = output.indexOf(0, from)) {
    const entry = read(output.subarray(from, to));
    bytes += entry.size;
    if (found.push(entry) > mostEntries)
      throw new AppError('git_too_large', `The repository has more than ${mostEntries} files and directories`);
    // What is packed small can be large.
    if (bytes > mostBytes) throw tooLarge(mostBytes);
  }
  return found;
}
