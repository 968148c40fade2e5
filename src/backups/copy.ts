import { z } from 'zod';
import type { Backup } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { AppError, found, invalidState, notFound, validationError } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import { liveOperation, operationInProgress } from '../operations/live.ts';
import { parse } from '../parse.ts';
import { ensureRepository } from '../snapshots/index.ts';
import { copyBackupKind } from './kinds.ts';
import { getBackup } from './list.ts';
import { backupResource } from './resource.ts';
import { serverFor } from './work-place.ts';

export const copyInput = z.object({ destinationId: z.string() });

const wrong = (constraint: string, message: string): AppError =>
  validationError([{ field: 'destinationId', constraint, message: `destinationId: ${message}` }]);

/** Copies a completed backup to another destination: a backup of its own, which outlives this one. */
export async function copyBackup(app: App, scope: OrgScope, id: string, given: unknown) {
  const { destinationId } = parse(copyInput, given);
  const backup = await getBackup(scope, id);
  return mutate(app, scope, (mutation) => beginCopy(app, scope, mutation, backup, destinationId));
}

/** Writes the copy with its operation, for whoever asks for it: a person or a schedule. */
export async function beginCopy(
  app: Pick<App, 'secrets'>,
  scope: { orgId: string; actor: OrgScope['actor'] },
  { tx, record, start }: Mutation,
  { id: sourceId }: Pick<Backup, 'id'>,
  destinationId: string,
) {
  const { orgId } = scope;
  const destination = isId(destinationId)
    ? await tx.backupDestination.findFirst({ where: { id: destinationId, orgId } })
    : null;
  if (!destination) throw notFound('backup_destination', destinationId);
  // Whoever copies or deletes it at the same moment waits, and is seen or sees this. So does who deletes the destination.
  await tx.$queryRaw`SELECT 1 FROM backup_destinations WHERE id = ${destination.id}::uuid FOR SHARE`;
  await tx.$queryRaw`SELECT 1 FROM backups WHERE id = ${sourceId}::uuid FOR UPDATE`;
  const source = found(await tx.backup.findFirst({ where: { id: sourceId, orgId } }), 'backup', sourceId);
  if (source.status !== 'completed') throw invalidState('backup', source.status, ['completed']);
  await requireNoDeletion(tx, source);
  const rootId = source.copyOfId ?? source.id;
  await requireNoneThere(tx, orgId, rootId, destination);
  const serverId = await serverOfBoth(tx, source, destination.serverId);
  const { instanceId, instanceName, projectId, environmentId, backupType, includeFilestore, scheduleId } = source;
  const repository = await ensureRepository(app, tx, orgId, destination.id, instanceId);
  const id = newId();
  const backup = await tx.backup.create({
    data: {
      id,
      orgId,
      projectId,
      environmentId,
      instanceId,
      instanceName,
      destinationId: destination.id,
      repositoryId: repository.id,
      copyOfId: rootId,
      backupType,
      includeFilestore,
      scheduleId,
      createdById: scope.actor.id,
    },
  });
  const input = { instanceId, backupId: source.id };
  const operation = await start(copyBackupKind, { resourceId: id, serverId, projectId, input });
  await record({
    action: 'backup.created',
    resource: backupResource,
    resourceId: id,
    resourceName: instanceName,
    projectId,
    after: { instanceId, environmentId, destinationId: destination.id, backupType, includeFilestore, copyOfId: rootId },
  });
  return { backup, operation };
}

async function requireNoDeletion(tx: Tx, { id, orgId }: Backup): Promise<void> {
  const where = { resourceId: id, orgId, kind: 'backup.delete', ...liveOperation };
  const live = await tx.operation.findFirst({ where, select: { id: true, kind: true } });
  if (live) throw operationInProgress('backup', id, live);
}

async function requireNoneThere(
  tx: Tx,
  orgId: string,
  rootId: string,
  { id: destinationId, name }: { id: string; name: string },
): Promise<void> {
  const known = await tx.backup.findFirst({
    where: {
      orgId,
      destinationId,
      OR: [{ id: rootId }, { copyOfId: rootId, status: { in: ['pending', 'running', 'completed'] } }],
    },
    select: { id: true },
  });
  if (!known) return;
  throw new AppError('conflict', `The destination ${name} has the backup already: ${known.id}`, {
    field: 'destinationId',
    constraint: 'unique',
    backupId: known.id,
  });
}

/** The server on which both are reached: a directory or a volume is on one server only. */
async function serverOfBoth(tx: Tx, source: Backup, target: string | null): Promise<string> {
  const server = await serverFor(tx, source);
  if (target === null || target === server) return server;
  const place = source.destinationId
    ? await tx.backupDestination.findFirst({ where: { id: source.destinationId, orgId: source.orgId } })
    : null;
  if (place && place.serverId === null) return target;
  throw wrong(
    'server',
    'is a directory of another server than the one on which the backup is; choose one on S3 or SFTP',
  );
}
