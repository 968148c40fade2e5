import type { RemoteHost } from '../remote/index.ts';
import { runRestic } from './restic.ts';
import { exit, resticProblem } from './restic-problem.ts';
import type { ResticContext } from './restic-run.ts';
import type { ResticStatus } from './restic-output.ts';
import type { Repository } from './repository.ts';

/** As a pattern of restic that means this path and no other. */
const literally = (path: string): string => path.replace(/[\\*?[\]]/g, '\\$&');

/**
 * Writes what a directory of the snapshot contains into a volume of the server, with its owners and modes, and compares what
 * was written with the snapshot. What the volume has under other names stays. Gives whether the snapshot has the directory.
 */
export async function restoreFiles(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  snapshotId: string,
  into: {
    /** Of the snapshot. */
    path: string;
    volume: string;
    /** Below the root of the volume; the root itself without one. */
    folder?: string;
    /** Names the container within the operation. */
    what?: string;
    onProgress?: (status: ResticStatus) => void;
    /** The snapshot may be without the directory: a filestore is not there before its first file. */
    optional?: true;
    /** Only these files, below the directory. */
    only?: readonly string[];
  },
): Promise<boolean> {
  const target = '/target';
  const output = await runRestic(context, host, repository, {
    what: into.what ?? 'restore',
    args: [
      'restore',
      '--json',
      '--no-lock',
      '--verify',
      `${snapshotId}:${into.path}`,
      '--target',
      into.folder ? `${target}/${into.folder}` : target,
      ...(into.only ?? []).map((path) => `--include=/${literally(path)}`),
    ],
    mounts: [{ Type: 'volume', Source: into.volume, Target: target }],
    ...(into.onProgress ? { onJson: into.onProgress } : {}),
    ...(into.optional ? { accepts: [exit.failed] } : {}),
  });
  if (output.code === 0) return true;
  if (!output.errors.some((said) => /\bpath \S+: not found/.test(said))) throw resticProblem(output, false);
  return false;
}
