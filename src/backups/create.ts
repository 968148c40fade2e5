import { z } from 'zod';
import type { BackupType, Instance } from '../../prisma/generated/client/client.ts';
import { type OrgScope, requireProject } from '../access/scope.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
import { type Tx, uniqueViolation } from '../database/database.ts';
import { AppError, found, invalidState, notFound, validationError } from '../errors.ts';
import { canonicalId, newId } from '../ids.ts';
import { requireNoLiveBackup } from '../instances/index.ts';
import { liveOperation, operationInProgress } from '../operations/live.ts';
import { parse } from '../parse.ts';
import { getEnvironment } from '../projects/index.ts';
import { ensureRepository } from '../snapshots/index.ts';
import { chooseDestination } from './destination.ts';
import { createBackupKind } from './kinds.ts';
import { backupResource } from './resource.ts';

export const notes = z.string().max(2000);
export const createInput = z.object({
  instanceId: z.string().nullish(),
  destinationId: z.string().nullish(),
  includeFilestore: z.boolean().nullish(),
  notes: notes.nullish(),
  pinned: z.boolean().nullish(),
});

/** PostgreSQL must run. */
const allowed = ['running', 'failed', 'restarting'] as const;

/** The instance of the environment that is meant; of several, one must be named. */
async function instanceOf(scope: OrgScope, environmentId: string, wanted: string | null | undefined) {
  const all = await scope.db.instance.findMany({
    where: { orgId: scope.orgId, environmentId, status: { not: 'removed' } },
    orderBy: { id: 'asc' },
    take: 100,
  });
  if (typeof wanted === 'string') {
    const named = all.find(({ id }) => id === canonicalId(wanted));
    if (!named) throw notFound('instance', wanted);
    return named;
  }
  const [only] = all;
  if (!only)
    throw new AppError('unprocessable', 'The environment has no instance to back up', {
      field: 'instanceId',
      constraint: 'required',
    });
  if (all.length > 1)
    throw validationError([
      {
        field: 'instanceId',
        constraint: 'required',
        message: `is required, because the environment has several instances: ${all.map(({ name }) => name).join(', ')}`,
      },
    ]);
  return only;
}

/** Takes a backup of the instance of an environment. */
export async function createBackup(app: App, scope: OrgScope, environmentId: string, given: unknown) {
  const input = parse(createInput, given);
  const environment = await getEnvironment(scope, environmentId);
  requireProject(scope, environment.projectId);
  const instance = await instanceOf(scope, environment.id, input.instanceId);
  return mutate(app, scope, (mutation) =>
    beginBackup(app, scope, mutation, instance, {
      backupType: 'manual',
      destinationId: input.destinationId,
      includeFilestore: input.includeFilestore ?? true,
      notes: input.notes ?? '',
      pinned: input.pinned ?? false,
    }),
  ).catch(asInProgress(instance.id));
}

/** Operations that replace the data of an instance: a dump would break off when they exchange the databases, and files may be put back. */
const replacing = ['instance.restore', 'instance.restore_files', 'instance.import', 'instance.upgrade_database'];

async function requireKeptData(tx: Tx, orgId: string, instanceId: string): Promise<void> {
  const where = { orgId, resourceId: instanceId, kind: { in: replacing }, ...liveOperation };
  const live = await tx.operation.findFirst({ where, select: { id: true, kind: true } });
  if (live) throw operationInProgress('instance', instanceId, live);
}

interface Wanted {
  backupType: BackupType;
  destinationId: string | null | undefined;
  includeFilestore: boolean;
  notes: string;
  pinned: boolean;
  scheduleId?: string;
}

/** Writes the backup with its operation, for whoever asks for one: a person or a schedule. */
export async function beginBackup(
  app: Pick<App, 'secrets'>,
  scope: { orgId: string; actor: OrgScope['actor'] },
  { tx, record, start }: Mutation,
  instance: Pick<Instance, 'id' | 'name' | 'serverId' | 'environmentId' | 'projectId'>,
  wanted: Wanted,
) {
  const { orgId } = scope;
  const destination = await chooseDestination(tx, orgId, instance.serverId, wanted.destinationId);
  // Whoever changes the instance waits, and sees the backup then; whoever was first is seen here.
  await tx.$queryRaw`SELECT 1 FROM instances WHERE id = ${instance.id}::uuid FOR UPDATE`;
  const now = found(await tx.instance.findFirst({ where: { id: instance.id, orgId } }), 'instance', instance.id);
  if (!allowed.some((status) => status === now.status) || now.provisionedAt === null)
    throw invalidState('instance', now.status, allowed);
  await requireNoLiveBackup(tx, orgId, instance.id);
  await requireKeptData(tx, orgId, instance.id);
  const repository = await ensureRepository(app, tx, orgId, destination.id, instance.id);
  const id = newId();
  const { projectId, environmentId } = instance;
  const { backupType, includeFilestore, notes: text, pinned, scheduleId } = wanted;
  const backup = await tx.backup.create({
    data: {
      id,
      orgId,
      projectId,
      environmentId,
      instanceId: instance.id,
      instanceName: now.name,
      destinationId: destination.id,
      repositoryId: repository.id,
      backupType,
      includeFilestore,
      notes: text,
      pinned,
      scheduleId: scheduleId ?? null,
      createdById: scope.actor.id,
    },
  });
  const operation = await start(createBackupKind, {
    resourceId: id,
    serverId: instance.serverId,
    projectId,
    input: { instanceId: instance.id },
  });
  await record({
    action: 'backup.created',
    resource: backupResource,
    resourceId: id,
    resourceName: now.name,
    projectId,
    after: {
      instanceId: instance.id,
      environmentId,
      destinationId: destination.id,
      backupType,
      includeFilestore,
      copyOfId: null,
    },
  });
  return { backup, operation };
}

/** Two that begin at the same moment: the index lets one of them through. */
export const asInProgress =
  (instanceId: string) =>
  (error: unknown): never => {
    if (uniqueViolation(error) === undefined) throw error;
    throw operationInProgress('instance', instanceId, null);
  };
