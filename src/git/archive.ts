import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { AppError, inShort } from '../errors.ts';
import { Blobs } from './blobs.ts';
import type { Listed } from './listing.ts';
import { longestTarget, staysWithin } from './links.ts';

/** A repository that a tree is made of: the one that was asked for, or one of its submodules. */
export interface Part {
  readonly repository: string;
  /** Each with its path in the whole tree. */
  readonly entries: readonly Listed[];
}

const outside = (path: string): AppError =>
  new AppError('git_refused', `The link ${inShort(path)} leads out of the repository`);

async function linkTarget(blobs: Blobs, { path, id, size }: Listed): Promise<string> {
  if (size > longestTarget) throw outside(path);
  const target = (await buffer(blobs.read(id, size))).toString('utf8');
  if (!staysWithin(path, target)) throw outside(path);
  return target;
}

/** What tar says of an entry. */
type Entry = Parameters<Pack['entry']>[0];

async function addFile(tar: Pack, header: Entry, content: AsyncIterable<Buffer>): Promise<void> {
  const { promise: written, resolve, reject } = Promise.withResolvers<void>();
  const sink = tar.entry(header, (error) => (error ? reject(error) : resolve()));
  await Promise.all([pipeline(Readable.from(content), sink), written]);
}

function add(tar: Pack, header: Entry): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  tar.entry(header, (error) => (error ? reject(error) : resolve()));
  return promise;
}

async function fill(
  tar: Pack,
  parts: readonly Part[],
  wants: (path: string) => boolean,
  mtime: Date,
  signal: AbortSignal,
): Promise<void> {
  for (const { repository, entries } of parts) {
    const blobs = new Blobs(repository, signal);
    try {
      for (const entry of entries.filter(({ path }) => wants(path))) {
        const { path: name, type, id, size, executable } = entry;
        const common = { name, mtime, uid: 0, gid: 0 };
        if (type === 'link')
          await add(tar, { ...common, type: 'symlink', linkname: await linkTarget(blobs, entry), mode: 0o777 });
        else if (type === 'file')
          await addFile(tar, { ...common, size, mode: executable ? 0o755 : 0o644 }, blobs.read(id, size));
        else await add(tar, { ...common, name: `${name}/`, type: 'directory', mode: 0o755 });
      }
    } finally {
      await blobs.close();
    }
  }
  tar.finalize();
}

/** The parts as one tar, the same for the same commit. It ends with an error at the first thing that is refused. */
export function archiveOf(parts: readonly Part[], wants: (path: string) => boolean, mtime: Date): Readable {
  const tar = pack();
  const reader = new AbortController();
  const fail = (error: unknown): void => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
  };
  tar.once('close', () => reader.abort());
  fill(tar, parts, wants, mtime, reader.signal).catch(fail);
  return Readable.from(tar, { objectMode: false });
}
