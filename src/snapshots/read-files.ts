import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import type { App } from '../app.ts';
import { StepError } from '../operations/kind.ts';
import { type RemoteHost, RemoteError } from '../remote/index.ts';
import { jsonOf } from './json-of.ts';
import { readRestic } from './reader.ts';
import { runRestic } from './restic.ts';
import type { ResticContext } from './restic-run.ts';
import type { Repository } from './repository.ts';

const nodeShape = z.object({
  message_type: z.literal('node'),
  path: z.string(),
  type: z.string(),
  size: z.number().optional(),
  mtime: z.string().optional(),
});
const longestLine = 64 * 1024;

export interface SnapshotFile {
  /** In the snapshot, from its root. */
  readonly path: string;
  /** `file`, `dir`, `symlink` or another one of restic. */
  readonly type: string;
  readonly size: number | null;
  readonly modifiedAt: Date | null;
}

function fileIn(line: string): SnapshotFile | undefined {
  const node = nodeShape.safeParse(jsonOf(line)).data;
  if (!node) return undefined;
  const time = new Date(node.mtime ?? '');
  const modifiedAt = Number.isNaN(time.getTime()) ? null : time;
  return { path: node.path, type: node.type, size: node.size ?? null, modifiedAt };
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + decoder.write(piece)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new RemoteError('remote_command_failed', 'restic wrote a line without an end');
    yield* lines;
  }
  yield rest + decoder.end();
}

interface Place {
  readonly host: RemoteHost;
  readonly repository: Repository;
  readonly snapshotId: string;
  /** In the snapshot. */
  readonly path: string;
}

/**
 * What stands at a path of a snapshot, then what a directory there contains, in the order of the names; with `recursive`, also
 * below it. For who looks now: as it comes, and only as much as is taken.
 */
export async function* filesAt(
  app: App,
  { host, repository, snapshotId, path }: Place,
  { recursive, signal }: { recursive: boolean; signal: AbortSignal },
): AsyncGenerator<SnapshotFile> {
  const args = ['ls', '--json', ...(recursive ? ['--recursive'] : []), snapshotId, path];
  for await (const line of linesOf(readRestic(app, host, repository, args, signal))) {
    const file = fileIn(line);
    if (file) yield file;
  }
}

/** The bytes of a file of a snapshot, for who looks now. */
export const contentAt = (
  app: App,
  { host, repository, snapshotId, path }: Place,
  signal: AbortSignal,
): AsyncGenerator<Buffer> => readRestic(app, host, repository, ['dump', snapshotId, path], signal);

/** Those of the paths that a snapshot has, with what is there. */
export async function findFiles(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  snapshotId: string,
  { what, paths }: { what: string; paths: readonly string[] },
): Promise<Map<string, SnapshotFile>> {
  const wanted = new Set(paths);
  const found = new Map<string, SnapshotFile>();
  await runRestic(context, host, repository, {
    what,
    args: ['ls', '--json', '--no-lock', snapshotId, ...paths],
    onLine: (line) => {
      const file = fileIn(line);
      if (file && wanted.has(file.path)) found.set(file.path, file);
    },
  });
  return found;
}

/** The text of a small file of a snapshot. */
export async function dumpFile(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  snapshotId: string,
  path: string,
): Promise<string> {
  const lines: string[] = [];
  let bytes = 0;
  await runRestic(context, host, repository, {
    what: 'read-file',
    args: ['dump', '--no-lock', snapshotId, path],
    onLine: (line) => {
      bytes += line.length;
      if (bytes > 16 * 1024 ** 2)
        throw new StepError('restic_failed', `${path} is longer than 16 MiB`, 'Restore it instead.');
      lines.push(line);
    },
  });
  return lines.join('\n');
}
