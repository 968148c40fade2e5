import { z } from 'zod';
import { found } from '../errors.ts';
import { type Site, siteAt } from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { endLoading, type Loadable, loadSnapshot, type Parts } from '../restores/index.ts';
import {
  abandonSnapshot,
  endSnapshot,
  ensureRepository,
  forgetBackup,
  manifestShape,
  openRepository,
  type Repository,
  takeSnapshot,
} from '../snapshots/index.ts';
import type { Copy } from './fields.ts';

type Context = StepContext<Copy>;

/** What the step `snapshot` leaves for the later ones. */
const taken = z.object({
  repositoryId: z.string(),
  snapshotId: z.string(),
  manifest: manifestShape,
  databaseBytes: z.number(),
  filestoreBytes: z.number(),
});
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
    const sizes = { databaseBytes: Number(backup.databaseBytes), filestoreBytes: Number(backup.filestoreBytes) };
    const copied = taken.parse({ ...backup, ...sizes });
    await context.saveState({ copied });
    return `The backup of ${copied.manifest.takenAt}`;
  }
  const source = await siteAt(context, input.sourceInstanceId);
  const repository = await ownRepository(context);
  const { addedBytes: _added, ...snapshot } = await takeSnapshot(context, source, {
    repository,
    backupId: operation.id,
    includeFilestore: input.includeFilestore,
    onProgress: ({ part, bytesDone, bytesTotal }) => {
      const done = bytesTotal > 0 ? Math.min(1, bytesDone / bytesTotal) : 0;
      context.progress(part === 'database' ? 50 * done : 50 + 50 * done, `${Math.round(bytesDone / 1e6)} MB`);
    },
  });
  await context.saveState({ copied: { repositoryId: repository.id, ...snapshot } });
  await endSnapshot(context, source);
  return `${Object.keys(snapshot.manifest.rows).length} tables as of ${snapshot.manifest.takenAt}`;
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
export function loadCopy(context: Context, site: Site): Promise<string> {
  const { databaseBytes, filestoreBytes, ...copied } = takenOf(context);
  const loadable: Loadable = {
    ...copied,
    instanceId: context.input.sourceInstanceId,
    databaseBytes: BigInt(databaseBytes),
    filestoreBytes: BigInt(filestoreBytes),
  };
  return loadSnapshot(context, site, loadable, partsOf(context));
}

/** The deployment whose code the data was saved with; null where the image alone ran. */
export const deploymentIn = (context: Pick<Context, 'state'>): string | null => takenOf(context).manifest.deploymentId;

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

/** Ends what restic has begun on the target's server: what it writes into must be free before it is removed. */
export const endCopyLoading = (context: Context, site: Site): Promise<void> =>
  endLoading(context, site, { instanceId: context.input.sourceInstanceId });

/** The clean-up of the original's side. */
export async function abandonCopy(context: Context): Promise<void> {
  if (context.input.backupId !== null) return;
  const source = await siteAt(context, context.input.sourceInstanceId);
  await abandonSnapshot(context, source, await ownRepository(context), context.operation.id);
}
