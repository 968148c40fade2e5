import type { InstanceClone } from '../../prisma/generated/client/client.ts';
import type { FactScope, OrgScope } from '../access/scope.ts';
import { recordFact } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { notFound } from '../errors.ts';
import { getInstance, instanceResource } from '../instances/index.ts';
import type { OperationError } from '../operations/kind.ts';
import type { Copy } from './fields.ts';

/** What an instance is a copy of. */
export async function getInstanceClone(scope: OrgScope, instanceId: string): Promise<InstanceClone> {
  const { id } = await getInstance(scope, instanceId);
  const row = await scope.db.instanceClone.findFirst({ where: { instanceId: id, orgId: scope.orgId } });
  if (!row) throw notFound('instance clone', instanceId);
  return row;
}

interface Settled {
  operation: { id: string; orgId: string; resourceId: string };
  scope: FactScope;
  input: Copy;
  state: Readonly<Record<string, unknown>>;
}

/** Writes down that the instance is a copy now, and tells it. */
export async function recordClone(tx: Tx, { operation, scope, input, state }: Settled): Promise<void> {
  const { id, orgId, resourceId } = operation;
  const instance = await tx.instance.findUnique({ where: { id: resourceId } });
  const source = await tx.instance.findFirst({ where: { id: input.sourceInstanceId, orgId } });
  if (!instance || !source) return;
  const backupId = input.backupId ?? (typeof state['backupId'] === 'string' ? state['backupId'] : null);
  const { includeFilestore, mailCatcher } = input;
  const anonymized = input.anonymize !== null;
  const data = {
    orgId,
    operationId: id,
    sourceInstanceId: source.id,
    sourceInstanceName: source.name,
    sourceEnvironmentId: source.environmentId,
    backupId,
    includeFilestore,
    mailCatcher,
    anonymized,
    neutralizedAt: new Date(String(state['neutralizedAt'])),
  };
  await tx.instanceClone.upsert({
    where: { instanceId: resourceId },
    create: { instanceId: resourceId, ...data },
    update: data,
  });
  await recordFact(tx, scope, {
    action: 'instance.cloned',
    resource: instanceResource,
    resourceId,
    resourceName: instance.name,
    projectId: instance.projectId,
    after: { sourceInstanceId: source.id, backupId, includeFilestore, mailCatcher, anonymized },
  });
  const environment = await tx.environment.findUnique({ where: { id: source.environmentId } });
  if (environment)
    await recordFact(tx, scope, {
      action: 'environment.cloned',
      resource: 'environment',
      resourceId: environment.id,
      resourceName: environment.name,
      projectId: environment.projectId,
      after: { instanceId: resourceId, environmentId: instance.environmentId },
    });
}

export async function recordCloneFailed(
  tx: Tx,
  { operation, scope }: Pick<Settled, 'operation' | 'scope'>,
  error: OperationError | null,
): Promise<void> {
  const instance = await tx.instance.findUnique({ where: { id: operation.resourceId } });
  if (!instance) return;
  await recordFact(tx, scope, {
    action: 'instance.clone_failed',
    resource: instanceResource,
    resourceId: instance.id,
    resourceName: instance.name,
    projectId: instance.projectId,
    after: { reason: error?.code ?? null },
  });
}
