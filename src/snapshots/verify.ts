import { isDeepStrictEqual } from 'node:util';
import { StepError } from '../operations/kind.ts';
import type { RemoteHost } from '../remote/index.ts';
import { jsonOf } from './json-of.ts';
import { type Manifest, manifestShape } from './manifest.ts';
import { snapshotPaths } from './names.ts';
import { dumpFile } from './read-files.ts';
import { runRestic } from './restic.ts';
import { exit, resticProblem } from './restic-problem.ts';
import type { ResticContext } from './restic-run.ts';
import type { Repository } from './repository.ts';

/**
 * Reads back every pack that holds data of the snapshot, compares each with its checksum and walks the whole tree: as much is
 * read from the destination as the snapshot takes there, and nothing is written. Then the manifest is read from it.
 */
export async function verifySnapshot(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  snapshotId: string,
  expected?: Manifest,
): Promise<Manifest> {
  const output = await runRestic(context, host, repository, {
    what: 'verify',
    args: ['check', '--read-data', '--no-lock', '--json', snapshotId],
    accepts: [exit.failed],
  });
  if (output.code !== 0) {
    // Without a summary it did not come to an end: the destination is away, and nothing is known of the data.
    if (!output.summary) throw resticProblem(output, false);
    throw corrupt(output.errors.find((error) => !error.startsWith('Fatal')) ?? 'its data are not what was written');
  }
  const text = await dumpFile(context, host, repository, snapshotId, snapshotPaths.manifest);
  const manifest = manifestShape.safeParse(jsonOf(text));
  if (!manifest.success) throw corrupt('its manifest is not valid');
  if (expected && !isDeepStrictEqual(manifestShape.parse(expected), manifest.data))
    throw corrupt('its manifest is another one than was recorded');
  return manifest.data;
}

function corrupt(reason: string): StepError {
  return new StepError(
    'backup_corrupt',
    `The snapshot cannot be restored: ${reason.split('\n')[0]}`,
    'Take another backup, and check the storage of the destination.',
  );
}
