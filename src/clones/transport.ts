import { z } from 'zod';
import { found } from '../errors.ts';
import { ensureScratch, getImage, type Site, siteAt } from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { checkIncoming, loadDump, type Parts, prepareFilestore } from '../restores/index.ts';
import {
  abandonSnapshot,
  endSnapshot,
  ensureRepository,
  forgetBackup,
  manifestShape,
  openRepository,
  type Repository,
  removeLeftovers,
  requireReach,
  restoreFiles,
  snapshotPaths,
  takeSnapshot,
} from '../snapshots/index.ts';
import type { Copy } from './fields.ts';

type Context = StepContext<Copy>;

/** What the step `snapshot` leaves for the later ones. */
const taken = z.object({ repositoryId: z.string(), snapshotId: z.string(), manifest: manifestShape });
type Taken = z.infer<typeof taken>;

const takenOf = ({ state }: Pick<Context, 'state'>): Taken => taken.parse(state['copied']);

/** What of the target is replaced. */
export function partsOf(context: Pick<Context, 'state' | 'input'>): Parts {
  const known = taken.safeParse(context.state['copied']);
  return { database: true, filestore: context.input.includeFilestore && (known.data?.manifest.filestore ?? false) };
}

/** A snapshot of the original that serves meanwhile, or the one of the backup that was chosen. */
export async function takeCopy(context: Context): Promise<string> {
  const { app, operation, input } = context;
  const { backupId } = input;
  if (backupId !== null) {
    const where = { id: backupId, orgId: operation.orgId };
    const backup = found(await app.db.prisma.backup.findFirst({ where }), 'backup', backupId);
    const { repositoryId, snapshotId, manifest } = backup;
    const copied = taken.parse({ repositoryId, snapshotId, manifest });
    await context.saveState({ copied });
    return `The backup of ${copied.manifest.takenAt}`;
  }
  const source = await siteAt(context, input.sourceInstanceId);
  const repository = await ownRepository(context);
  const { snapshotId, manifest } = await takeSnapshot(context, source, {
    repository,
    backupId: operation.id,
    includeFilestore: input.includeFilestore,
    onProgress: ({ part, bytesDone, bytesTotal }) => {
      const done = bytesTotal > 0 ? Math.min(1, bytesDone / bytesTotal) : 0;
      context.progress(part === 'database' ? 50 * done : 50 + 50 * done, `${Math.round(bytesDone / 1e6)} MB`);
    },
  });
  await context.saveState({ copied: { repositoryId: repository.id, snapshotId, manifest } });
  await endSnapshot(context, source);
  return `${Object.keys(manifest.rows).length} tables as of ${manifest.takenAt}`;
}

/** Where the snapshot of this operation is: beside the original, or where both servers reach it. */
async function ownRepository(context: Context): Promise<Repository> {
  const { app, operation, input } = context;
  const row = await context.write((tx) =>
    ensureRepository(app, tx, operation.orgId, input.destinationId, input.sourceInstanceId),
  );
  return openRepository(app, row.id);
}

/** Loads the snapshot beside what serves on the target, and compares it with its manifest. */
export async function loadCopy(context: Context, site: Site): Promise<string> {
  const { app } = context;
  const { repositoryId, snapshotId, manifest } = takenOf(context);
  const repository = await openRepository(app, repositoryId);
  requireReach(repository, site.instance.serverId);
  await getImage(context, site.host, app.config.RESTIC_IMAGE, { pull: false, part: [0, 1] });
  const scratch = await ensureScratch(context, site);
  const restore = (path: string, volume: string, what: string, folder?: string): Promise<void> =>
    restoreFiles(context, site.host, repository, snapshotId, { path, volume, what, ...(folder ? { folder } : {}) });
  await restore(snapshotPaths.database, scratch, 'restore-database');
  context.progress(20);
  await loadDump(context, site, { volume: scratch, path: '.' });
  context.progress(60);
  const checked = await checkIncoming(context, site, manifest.rows);
  if (partsOf(context).filestore) {
    const { volume, path } = await prepareFilestore(context, site);
    await restore(snapshotPaths.filestore(manifest.database), volume, 'restore-filestore', path);
  }
  return checked;
}

/** Removes the snapshot that was only taken to be copied. That it stays for a while harms nobody: it is told and not thrown. */
export async function forgetCopy(context: Context): Promise<void> {
  if (context.input.backupId !== null || !context.state['copied']) return;
  const { repositoryId } = takenOf(context);
  try {
    const { host } = await siteAt(context, context.input.sourceInstanceId);
    await forgetBackup(context, host, await openRepository(context.app, repositoryId), context.operation.id);
  } catch (error) {
    if (context.signal.aborted) throw error;
    context.log('warning', 'The snapshot that was taken for the copy could not be removed from its repository');
  }
}

/** The clean-up of the original's side, and of what restic has begun on the target's server. */
export async function abandonCopy(context: Context, site: Site): Promise<void> {
  const { input } = context;
  const source = await siteAt(context, input.sourceInstanceId);
  await removeLeftovers(context, { host: site.host, instance: source.instance }, { mine: true });
  if (input.backupId === null)
    await abandonSnapshot(context, source, await ownRepository(context), context.operation.id);
}
