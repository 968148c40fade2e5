import type { Operation, OperationStep } from '../../prisma/generated/client/client.ts';
import { type FactScope, type OrgScope, reachable, requireIn, seenProjects } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import type { PrismaClient } from '../database/database.ts';
import type { TenantClient } from '../database/tenants.ts';
import { AppError, invalidState } from '../errors.ts';
import { isId } from '../ids.ts';
import { type Period, periodOf, searchTerm } from '../lists.ts';
import type { OperationKind } from './definition.ts';
import { requestCancel } from './cancel.ts';
import { enqueueAgain } from './enqueue.ts';
import { liveOperation } from './live.ts';

export async function getOperation(scope: OrgScope, id: string) {
  const operation = isId(id)
    ? await scope.db.operation.findFirst({
        where: { id, orgId: scope.orgId },
        include: { steps: { orderBy: { position: 'asc' } } },
      })
    : null;
  return reachable(scope, 'operation', id, operation, (row) => row.projectId);
}

/** Those of the operations that the caller sees. */
export function operationsById(scope: OrgScope, ids: readonly string[]) {
  return scope.db.operation.findMany({
    where: { id: { in: [...ids] }, orgId: scope.orgId, projectId: seenProjects(scope) },
    include: { steps: { orderBy: { position: 'asc' } } },
    orderBy: { id: 'asc' },
  });
}

export interface OperationLogFilter extends Period {
  search?: string | null | undefined;
}

export type LiveOperation = Operation & { steps: OperationStep[] };

/** The operations that work on these resources, at most one on each; `id` is that of the resource. */
export async function liveOperationsOf(
  db: TenantClient,
  orgId: string,
  resourceIds: string[],
): Promise<{ id: string; operation: LiveOperation }[]> {
  const rows = await db.operation.findMany({
    where: { orgId, resourceId: { in: resourceIds }, ...liveOperation },
    include: { steps: { orderBy: { position: 'asc' } } },
  });
  return rows.map((operation) => ({ id: operation.resourceId, operation }));
}

/** Log lines after a sequence number, at most `limit`. */
export async function operationLogs(
  scope: OrgScope,
  id: string,
  after: number,
  filter: OperationLogFilter = {},
  limit = 500,
) {
  const at = periodOf(filter);
  const search = searchTerm(filter.search);
  await getOperation(scope, id);
  return scope.db.operationLog.findMany({
    where: {
      operationId: id,
      seq: { gt: after },
      at,
      ...(search ? { message: { contains: search, mode: 'insensitive' } } : {}),
    },
    orderBy: { seq: 'asc' },
    take: limit,
  });
}

/** Cancels an operation of the organization. */
export async function cancelOperation(app: App, scope: OrgScope, id: string) {
  await getOperation(scope, id);
  return requestCancel(app, scope, id);
}

/** Runs a failed or cancelled operation again, as a new one with the same input, for anyone who may do it at all. */
export async function retryOperation(app: App, scope: OrgScope, id: string) {
  const before = await getOperation(scope, id);
  const kind = await retryable(app, scope.db, before);
  for (const permission of [kind.permission, ...(kind.alsoNeeds?.(before.input) ?? [])])
    requireIn(scope, permission, before.projectId);
  return startAgain(app, scope, kind, before);
}

/** What may be run again, and as what. */
export async function retryable(
  app: App,
  db: Pick<TenantClient, 'operation'> | PrismaClient,
  before: Operation,
): Promise<OperationKind<unknown>> {
  const kind = app.kinds.get(before.kind)?.definition;
  if (!kind) throw new AppError('conflict', 'This version does not know this kind of operation', { kind: before.kind });
  if (kind.retry !== 'allowed') throw new AppError('conflict', kind.retry.refused, { kind: before.kind });
  if (before.status !== 'failed' && before.status !== 'cancelled')
    throw invalidState('operation', before.status, ['failed', 'cancelled']);
  const { id, orgId, resourceId } = before;
  const newer = await db.operation.count({ where: { orgId, resourceId, id: { gt: id } } });
  if (newer > 0) throw new AppError('conflict', 'The resource has a newer operation; retry that one', { id });
  return kind;
}

export function startAgain(app: App, scope: FactScope, kind: OperationKind<unknown>, before: LiveOperation) {
  return mutate(app, scope, async ({ tx, record }) => {
    const operation = await enqueueAgain(app.queue, tx, scope, kind, before);
    await record({
      action: 'operation.retried',
      resource: 'operation',
      resourceId: operation.id,
      resourceName: before.kind,
      projectId: before.projectId,
      before: { retryOf: before.id },
    });
    return operation;
  });
}
