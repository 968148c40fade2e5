import { z } from 'zod';
import { jsonOf } from './json-of.ts';
import { StepError } from '../operations/kind.ts';
import type { RemoteHost } from '../remote/index.ts';
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

export interface SnapshotFile {
  readonly path: string;
  readonly type: string;
  readonly size: number | null;
  readonly modifiedAt: string | null;
}

/** What a directory of a snapshot contains, up to `most` entries. */
export async function listFiles(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  snapshotId: string,
  { path, most }: { path: string; most: number },
): Promise<SnapshotFile[]> {
  const files: SnapshotFile[] = [];
  await runRestic(context, host, repository, {
    what: 'list-files',
    args: ['ls', '--json', '--no-lock', snapshotId, path],
    onLine: (line) => {
      const node = nodeShape.safeParse(jsonOf(line)).data;
      if (!node || node.path === path || files.length >= most) return;
      files.push({ path: node.path, type: node.type, size: node.size ?? null, modifiedAt: node.mtime ?? null });
    },
  });
  return files;
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
