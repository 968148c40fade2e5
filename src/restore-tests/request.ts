import type { Backup } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
import { AppError, invalidState, notFound } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import { sealNewSecrets } from '../instances/index.ts';
import { parse } from '../parse.ts';
import { getEnvironment } from '../projects/index.ts';
import { serverForProject } from '../servers/index.ts';
import { runInput } from './fields.ts';
import { runRestoreTestKind } from './kinds.ts';
import { restoreTestResource } from './resource.ts';

export interface Wanted {
  backup: Backup;
  serverId: string;
  scheduleId: string | null;
  createdById: string | null;
}

/** Writes a test down and starts it, in the caller's transaction. */
export async function startTest(app: App, { tx, record, start }: Mutation, wanted: Wanted) {
  const { backup, ...given } = wanted;
  const { orgId, projectId, environmentId, instanceId, instanceName } = backup;
  const id = newId();
  const test = await tx.restoreTest.create({
    data: {
      id,
      orgId,
      projectId,
      environmentId,
      instanceId,
      instanceName,
      backupId: backup.id,
      ...given,
      secretsEnc: sealNewSecrets(app.secrets, id),
    },
  });
  await record({
    action: 'restore_test.created',
    resource: restoreTestResource,
    resourceId: id,
    resourceName: instanceName,
    projectId,
    after: { backupId: backup.id },
  });
  const operation = await start(runRestoreTestKind, {
    resourceId: id,
    serverId: given.serverId,
    projectId,
    input: { backupId: backup.id },
  });
  return { restoreTest: test, operation };
}

/** Tests a backup of an environment on a server: the given one, or the newest. */
export async function runRestoreTest(app: App, scope: OrgScope, environmentId: string, given: unknown) {
  const input = parse(runInput, given);
  const environment = await getEnvironment(scope, environmentId);
  const server = await serverForProject(scope, input.serverId, environment.projectId);
  if (server.status !== 'active') throw invalidState('server', server.status, ['active']);
  const backup = await backupOf(scope, environment.id, input.backupId);
  return mutate(app, scope, (mutation) =>
    startTest(app, mutation, {
      backup,
      serverId: server.id,
      scheduleId: null,
      createdById: scope.access.userId,
    }),
  );
}

async function backupOf(scope: OrgScope, environmentId: string, id: string | null | undefined): Promise<Backup> {
  const where = { orgId: scope.orgId, environmentId };
  if (id) {
    const backup = isId(id) ? await scope.db.backup.findFirst({ where: { ...where, id } }) : null;
    if (!backup) throw notFound('backup', id);
    if (backup.status !== 'completed') throw invalidState('backup', backup.status, ['completed']);
    return backup;
  }
  const newest = await scope.db.backup.findFirst({
    where: { ...where, status: 'completed', copyOfId: null },
    orderBy: { id: 'desc' },
  });
  if (newest) return newest;
  throw new AppError('unprocessable', 'The environment has no completed backup to test: take one first', {
    field: 'backupId',
    constraint: 'required',
  });
}
