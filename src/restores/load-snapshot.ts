import type { Backup } from '../../prisma/generated/client/client.ts';
import { found } from '../errors.ts';
import { ensureScratch, getImage, namesOf, removeScratch, type Site, sql } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { freeBytes } from '../remote/index.ts';
import {
  endRestic,
  manifestShape,
  openRepository,
  requireReach,
  type ResticStatus,
  restoreFiles,
  snapshotPaths,
} from '../snapshots/index.ts';
import { checkIncoming, loadDump } from './databases.ts';
import { emptyFilestore, incomingFilestore, prepareFilestore } from './filestores.ts';
import type { Parts } from './replace-data.ts';

const loadedKey = 'loadedDatabase';
/** Of an operation's state: files come into the instance's own volume. */
export const filesBegunKey = 'filesBegun';
const dumpFolder = 'database';
const runs = { database: 'restore-database', filestore: 'restore-filestore' } as const;

/** What of a backup its data is found by. */
export type Loadable = Pick<
  Backup,
  'instanceId' | 'repositoryId' | 'snapshotId' | 'manifest' | 'databaseBytes' | 'filestoreBytes'
>;

/** The backup that an operation restores. */
export async function backupOf({ app, operation }: StepContext<unknown>, id: string): Promise<Backup> {
  return found(await app.db.prisma.backup.findFirst({ where: { id, orgId: operation.orgId } }), 'backup', id);
}

/**
 * Brings what a backup holds beside what serves: the dump into a scratch volume and from there into a database, the files
 * straight into the instance's own volume.
 */
export async function loadSnapshot(
  context: StepContext<unknown>,
  site: Site,
  backup: Loadable,
  parts: Parts,
): Promise<string> {
  const { app, log } = context;
  const { host, instance } = site;
  const { snapshotId } = backup;
  const manifest = manifestShape.parse(backup.manifest);
  if (snapshotId === null) throw new StepError('restore_failed', 'The backup has no snapshot');
  const repository = await openRepository(app, backup.repositoryId);
  requireReach(repository, instance.serverId);
  await getImage(context, host, app.config.RESTIC_IMAGE, { pull: false, part: [0, 1] });
  const restored = (from: number, to: number) => ({
    onProgress: (status: ResticStatus) => context.progress(from + (to - from) * status.percent_done),
  });
  const half = parts.filestore ? 60 : 100;
  if (parts.database && context.state[loadedKey] !== true) {
    await requireServer(site, manifest.postgresVersion, context.signal);
    const volume = await ensureScratch(context, site);
    const { databaseBytes, filestoreBytes } = backup;
    await requireSpace(context, site, 2 * Number(databaseBytes ?? 0) + Number(filestoreBytes ?? 0));
    await restoreFiles(context, host, repository, snapshotId, {
      path: snapshotPaths.database,
      volume,
      folder: dumpFolder,
      what: runs.database,
      ...restored(0, half / 2),
    });
    log('info', 'The dump is on the server and is the one of the snapshot');
    await loadDump(context, site, { volume, path: dumpFolder });
    log('info', await checkIncoming(context, site, manifest.rows));
    await removeScratch(context, host);
    await context.saveState({ [loadedKey]: true });
  }
  if (parts.filestore) {
    const { volume, path } = await filestorePlace(context, site);
    const hasFiles = await restoreFiles(context, host, repository, snapshotId, {
      path: snapshotPaths.filestore(manifest.database),
      volume,
      folder: path,
      what: runs.filestore,
      optional: true,
      ...restored(parts.database ? half : 0, 100),
    });
    if (!hasFiles) await emptyFilestore(context, site);
  }
  return `From the backup of ${manifest.takenAt}`;
}

/** Made ready once: a worker that takes over finds restic at work in it, which goes on where it was. */
export async function filestorePlace(
  context: StepContext<unknown>,
  site: Site,
): Promise<{ volume: string; path: string }> {
  if (context.state[filesBegunKey] === true) return incomingFilestore(context, site);
  const place = await prepareFilestore(context, site);
  await context.saveState({ [filesBegunKey]: true });
  return place;
}

/** Ends what runs of it, and removes what it has on the server beside the instance's own data. */
export async function endLoading(
  context: StepContext<unknown>,
  { host }: Site,
  backup: Pick<Backup, 'instanceId'>,
): Promise<void> {
  for (const what of Object.values(runs)) await endRestic(context, host, backup, what);
}

/** A dump of a newer PostgreSQL may have what an older one does not know. */
async function requireServer({ host, instance }: Site, from: string, signal: AbortSignal): Promise<void> {
  const number = Number(await sql(host, instance, 'postgres', 'SHOW server_version_num;', signal));
  const major = Number(/^\d+/.exec(from)?.[0]);
  if (major > Math.floor(number / 10_000))
    throw new StepError(
      'restore_failed',
      `The backup is from PostgreSQL ${from}; the instance has the older ${Math.floor(number / 10_000)}`,
      'Restore it into a new instance, or upgrade the PostgreSQL of this one.',
    );
}

/** What comes is there besides what serves: of a database, the dump and what is made of it. */
export async function requireSpace(
  { signal }: Pick<StepContext<unknown>, 'signal'>,
  { host, instance }: Site,
  needed: number,
): Promise<void> {
  const free = await freeBytes(host.docker, namesOf(instance.id).database, '/var/lib/postgresql/data', signal);
  if (needed > free)
    throw new StepError(
      'disk_space',
      `${(needed / 1e9).toFixed(1)} GB are needed on the disk of the server, and ${(free / 1e9).toFixed(1)} GB are free`,
      'Free space on the server, then retry the operation.',
    );
}
