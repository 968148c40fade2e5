import type { Backup, BackupType } from '../../prisma/generated/client/client.ts';
import type { FactScope } from '../access/scope.ts';
import { recordFact } from '../audit/mutation.ts';
import { uniqueViolation, type Tx } from '../database/database.ts';
import { found } from '../errors.ts';
import { newId } from '../ids.ts';
import { ensureDatabaseRuns, type Site } from '../instances/index.ts';
import { type OperationError, type Outcome, type StepContext, StepError } from '../operations/kind.ts';
import {
  abandonSnapshot,
  endSnapshot,
  ensureRepository,
  manifestShape,
  openRepository,
  takeSnapshot,
  verifySnapshot,
} from '../snapshots/index.ts';
import { progressOf, updateBackup } from './context.ts';
import { reachedFrom } from './destination.ts';
import { backupResource } from './resource.ts';
import { settleBackup } from './settle.ts';

type PreType = Exclude<BackupType, 'manual' | 'scheduled'>;

export interface PreBackupOptions {
  /** Where it goes. By default: the destination of the environment's last backup, else the only one that the server reaches, else a volume beside the instance. */
  readonly destinationId?: string;
  readonly includeFilestore?: boolean;
}

/** The operation's state keeps the backup's id under this name until it has ended. */
const key = 'preBackup';
const idOf = (state: Readonly<Record<string, unknown>>): string | undefined => {
  const id = state[key];
  return typeof id === 'string' ? id : undefined;
};

/**
 * Takes a safety backup inside a step of another operation of the same instance, and gives it once it was read back. Whoever
 * calls it calls `abandonPreBackup` in its clean-up and `settlePreBackup` in its `settle`. A worker that takes over goes on.
 */
export async function takePreBackup(
  context: StepContext<unknown>,
  site: Site,
  backupType: PreType,
  options: PreBackupOptions = {},
): Promise<Backup> {
  const { app, operation, signal } = context;
  const { instance, host } = site;
  const known = idOf(context.state);
  const backup = known
    ? found(await app.db.prisma.backup.findUnique({ where: { id: known } }), 'backup', known)
    : await begin(context, site, backupType, options);
  if (backup.status === 'completed') return backup;
  await ensureDatabaseRuns(host, instance, signal);
  const repository = await openRepository(app, backup.repositoryId);
  // An attempt that broke off may have written a snapshot of another moment under this backup: it begins anew.
  if (known) await abandonSnapshot(context, site, repository, backup.id);
  const snapshot = await takeSnapshot(context, site, {
    repository,
    backupId: backup.id,
    includeFilestore: backup.includeFilestore,
    onProgress: progressOf(context, backup.id),
  });
  const { snapshotId, manifest, databaseBytes, filestoreBytes, addedBytes } = snapshot;
  await updateBackup(context, backup.id, {
    snapshotId,
    manifest,
    databaseBytes: BigInt(databaseBytes),
    filestoreBytes: BigInt(filestoreBytes),
    addedBytes: BigInt(addedBytes),
  });
  await endSnapshot(context, site);
  await verifySnapshot(context, host, repository, snapshotId, manifestShape.parse(manifest));
  const verifiedAt = new Date().toISOString();
  await context.write((tx) =>
    settleBackup(tx, context.scope, backup.id, { outcome: 'succeeded', error: null, verifiedAt }),
  );
  return found(
    await app.db.prisma.backup.findFirst({ where: { id: backup.id, orgId: operation.orgId } }),
    'backup',
    backup.id,
  );
}

async function begin(
  context: StepContext<unknown>,
  { instance }: Site,
  backupType: PreType,
  { destinationId, includeFilestore = true }: PreBackupOptions,
): Promise<Backup> {
  const { app, operation } = context;
  const { orgId, environmentId, projectId, id: instanceId } = instance;
  const id = newId();
  const made = await context
    .write(async (tx) => {
      const place = destinationId ?? (await placeFor(tx, instance));
      const repository = await ensureRepository(app, tx, orgId, place, instanceId);
      const backup = await tx.backup.create({
        data: {
          id,
          orgId,
          projectId,
          environmentId,
          instanceId,
          instanceName: instance.name,
          destinationId: place,
          repositoryId: repository.id,
          backupType,
          includeFilestore,
          status: 'running',
          startedAt: new Date(),
        },
      });
      await recordFact(tx, context.scope, {
        action: 'backup.created',
        resource: backupResource,
        resourceId: id,
        resourceName: instance.name,
        projectId,
        after: { instanceId, environmentId, destinationId: place, backupType, includeFilestore, copyOfId: null },
      });
      // In the same transaction: a worker that takes over knows of the backup, or there is none.
      await tx.operation.update({
        where: { id: operation.id },
        data: { state: { ...context.state, [key]: id } },
      });
      return backup;
    })
    .catch((error: unknown) => {
      if (uniqueViolation(error) === undefined) throw error;
      throw new StepError(
        'operation_in_progress',
        'Another backup of the instance is running',
        'Wait for its end or cancel it, then try again.',
      );
    });
  await context.saveState({ [key]: id });
  return made;
}

/** Null: a volume beside the instance. */
async function placeFor(tx: Tx, { orgId, environmentId, serverId }: Site['instance']): Promise<string | null> {
  const reached = await reachedFrom(tx, orgId, serverId);
  if (reached.length <= 1) return reached[0]?.id ?? null;
  const last = await tx.backup.findFirst({
    where: {
      orgId,
      environmentId,
      status: 'completed',
      copyOfId: null,
      destinationId: { in: reached.map(({ id }) => id) },
    },
    orderBy: { id: 'desc' },
    select: { destinationId: true },
  });
  return last?.destinationId ?? null;
}

/** Takes away what an unfinished safety backup has on the server and at its destination. One that is completed stays. */
export async function abandonPreBackup(context: StepContext<unknown>, site: Site): Promise<void> {
  const id = idOf(context.state);
  if (id === undefined) return;
  const { app } = context;
  const backup = await app.db.prisma.backup.findUnique({ where: { id } });
  if (!backup || backup.status === 'completed') return endSnapshot(context, site);
  await abandonSnapshot(context, site, await openRepository(app, backup.repositoryId), id);
}

/** Ends an unfinished safety backup with the operation that it belongs to: no row stays running. */
export async function settlePreBackup(
  tx: Tx,
  { scope, state }: { scope: FactScope; state: Readonly<Record<string, unknown>> },
  outcome: Outcome,
  error: OperationError | null,
): Promise<void> {
  const id = idOf(state);
  const live = { in: ['pending' as const, 'running' as const] };
  const backup = id ? await tx.backup.findFirst({ where: { id, orgId: scope.orgId, status: live } }) : null;
  if (backup)
    await settleBackup(tx, scope, backup.id, {
      outcome: outcome === 'succeeded' ? 'failed' : outcome,
      error,
      verifiedAt: undefined,
    });
}
