import { databaseName, getImage, type Site, volumesOf } from '../instances/index.ts';
import { StepError } from '../operations/kind.ts';
import { dumpDatabase, removeDump, scratchOf } from './dump.ts';
import type { Dumped } from './dump-output.ts';
import { forgetBackup } from './forget.ts';
import { prepareBeside, removeLeftovers } from './leftovers.ts';
import type { Manifest } from './manifest.ts';
import { backupTag, snapshotPaths } from './names.ts';
import { endRestic, initializeRepository, runRestic } from './restic.ts';
import { exit, resticProblem } from './restic-problem.ts';
import type { ResticContext } from './restic-run.ts';
import { type Repository, requireReach } from './repository.ts';
import type { ResticOutput, ResticStatus } from './restic-output.ts';

/** How far it is: bytes of the part that runs, and of the whole where it is known. */
export interface SnapshotProgress {
  readonly part: 'database' | 'upload';
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly bytesPerSecond: number | null;
  readonly secondsRemaining: number | null;
}

export interface SnapshotOptions {
  readonly repository: Repository;
  readonly backupId: string;
  readonly includeFilestore: boolean;
  readonly onProgress: (progress: SnapshotProgress) => void;
}

export interface Snapshot {
  readonly snapshotId: string;
  readonly manifest: Manifest;
  readonly databaseBytes: number;
  readonly filestoreBytes: number;
  readonly addedBytes: number;
}

const upload = 'upload';
/** How often a filestore is read anew from which files vanished meanwhile. */
const maxReads = 3;

/** Makes the server and the repository ready; what earlier operations have left there is removed. */
export async function prepareSnapshot(context: ResticContext, site: Site, repository: Repository): Promise<void> {
  requireReach(repository, site.instance.serverId);
  await getImage(context, site.host, context.app.config.RESTIC_IMAGE, { pull: false, part: [0, 1] });
  await removeLeftovers(context, site);
  await prepareBeside(context, site.host, repository);
  await initializeRepository(context, site.host, repository);
}

/** The first half: the database and its row counts, in one state. */
export function takeDump(
  context: ResticContext,
  site: Site,
  { onProgress }: Pick<SnapshotOptions, 'onProgress'>,
): Promise<Dumped> {
  const began = performance.now();
  return dumpDatabase(context, site, (bytesDone, bytesTotal) => {
    const bytesPerSecond = Math.round((1000 * bytesDone) / Math.max(1, performance.now() - began));
    // The dump of a database is smaller than its files, which have indexes: nothing tells by how much.
    onProgress({ part: 'database', bytesDone, bytesTotal, bytesPerSecond, secondsRemaining: null });
  });
}

function manifestOf({ instance }: Site, dumped: Dumped, options: SnapshotOptions, takenAt: string): Manifest {
  const { version, databaseBytes, encoding, collate, modules, rows } = dumped;
  return {
    format: 1,
    backupId: options.backupId,
    instanceId: instance.id,
    takenAt,
    odooVersion: instance.odooVersion,
    image: instance.image,
    imageDigest: instance.imageDigest,
    deploymentId: instance.deploymentId,
    postgresVersion: version,
    database: databaseName(instance.slug),
    databaseBytes,
    encoding,
    collate,
    filestore: options.includeFilestore,
    modules,
    rows,
  };
}

/** The second half: the filestore is read after the database, so that it has every file that the dump names. */
export async function uploadSnapshot(
  context: ResticContext,
  site: Site,
  dumped: Dumped,
  takenAt: string,
  options: SnapshotOptions,
): Promise<Snapshot> {
  const { repository, backupId, includeFilestore, onProgress } = options;
  const { instance, host } = site;
  const manifest = manifestOf(site, dumped, options, takenAt);
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  const { odoo, root } = snapshotPaths;
  const filestore = includeFilestore
    ? [{ Type: 'volume' as const, Source: volumesOf(instance).filestore, Target: odoo, ReadOnly: true }]
    : [];
  const only = [
    `${odoo}/*`,
    `!${odoo}/filestore`,
    `${odoo}/filestore/*`,
    `!${snapshotPaths.filestore(manifest.database)}`,
  ];
  const read = (reads: number): Promise<ResticOutput> =>
    runRestic(context, host, repository, {
      what: `${upload}-${reads}`,
      args: [
        'backup',
        '--json',
        '--host',
        instance.id,
        '--group-by',
        'host',
        '--tag',
        `ocore,${backupTag(backupId)}`,
        ...only.map((pattern) => `--exclude=${pattern}`),
        root,
      ],
      mounts: [
        { Type: 'volume', Source: scratchOf(site, context.operation.id), Target: snapshotPaths.database },
        ...filestore,
      ],
      files: [{ path: snapshotPaths.manifest, content: text, mode: 0o444 }],
      onJson: (status) => onProgress(uploading(status)),
      accepts: [exit.incomplete],
      keep: true,
    });
  for (let reads = 1; ; reads += 1) {
    const output = await read(reads);
    const { summary } = output;
    if (output.code === 0 && summary?.snapshot_id)
      return {
        snapshotId: summary.snapshot_id,
        manifest,
        databaseBytes: manifest.databaseBytes,
        filestoreBytes: Math.max(0, summary.total_bytes_processed - manifest.databaseBytes - Buffer.byteLength(text)),
        addedBytes: summary.data_added_packed,
      };
    if (output.code === 0)
      throw new StepError('restic_failed', 'restic ended well, but named no snapshot', 'Take another backup.');
    // Odoo removes files of attachments that were deleted: what vanished while it was read is not missed by the next read.
    if (reads === maxReads || !output.errors.some((error) => /no such file or directory/i.test(error)))
      throw resticProblem(output, false);
    context.log('warning', `Files vanished while they were read (${output.unreadable[0] ?? ''}); it is read again`);
  }
}

function uploading({ bytes_done, total_bytes, seconds_elapsed, seconds_remaining }: ResticStatus): SnapshotProgress {
  return {
    part: 'upload',
    bytesDone: bytes_done,
    bytesTotal: total_bytes,
    bytesPerSecond: seconds_elapsed > 0 ? Math.round(bytes_done / seconds_elapsed) : null,
    secondsRemaining: seconds_remaining ?? null,
  };
}

/** Removes what taking a snapshot needs on the server, in good order; safe to repeat. */
export async function endSnapshot(
  context: Pick<ResticContext, 'operation'>,
  site: Pick<Site, 'host' | 'instance'>,
): Promise<void> {
  for (let reads = 1; reads <= maxReads; reads += 1)
    await endRestic(context, site.host, { instanceId: site.instance.id }, `${upload}-${reads}`);
  await removeDump(context, site);
}

/** The clean-up after a snapshot that was not to be: nothing of it stays, neither on the server nor in the repository. */
export async function abandonSnapshot(
  context: ResticContext,
  site: Site,
  repository: Repository,
  backupId: string,
): Promise<void> {
  await endSnapshot(context, site);
  await removeLeftovers(context, site, { mine: true });
  if (repository.initialized) await forgetBackup(context, site.host, repository, backupId);
}

/** Takes a snapshot from its beginning to its end, for operations that have it as one of their steps. */
export async function takeSnapshot(context: ResticContext, site: Site, options: SnapshotOptions): Promise<Snapshot> {
  await prepareSnapshot(context, site, options.repository);
  const takenAt = new Date().toISOString();
  const dumped = await takeDump(context, site, options);
  return uploadSnapshot(context, site, dumped, takenAt, options);
}
