import type { OperationStatus } from '../../prisma/generated/client/client.ts';
import { reachOf, requirePermission } from '../access/access.ts';
import { type OrgScope, reachable, requireProject, seenProjects } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, invalidState } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import { requestCancel } from './cancel.ts';
import { enqueueAgain } from './enqueue.ts';
import { page, type PageArgs, seekById, textFilter, type TimeSort } from '../lists.ts';

export async function getOperation(scope: OrgScope, id: string) {
  const operation = isId(id) ? await scope.db.operation.findFirst({ where: { id, orgId: scope.orgId }, include: { steps: { orderBy: { position: 'asc' } } } }) : null;
  return reachable(scope, 'operation', id, operation, (row) => row.projectId);
}

export interface OperationFilter {
  resourceId?: string | null | undefined;
  status?: OperationStatus | null | undefined;
  kind?: string | null | undefined;
}

export function listOperations(scope: OrgScope, args: PageArgs & { sort?: TimeSort | null | undefined } & OperationFilter) {
  const { resourceId, status } = args;
  const kind = textFilter('kind', args.kind);
  return page(args, (seek) => {
    const { and, ...rest } = seekById(seek);
    return scope.db.operation.findMany({
      where: { orgId: scope.orgId, projectId: seenProjects(scope), AND: and, ...(resourceId ? { resourceId: isId(resourceId) ? resourceId : newId() } : {}), ...(status ? { status } : {}), ...(kind ? { kind } : {}) },
      include: { steps: { orderBy: { position: 'asc' } } },
      ...rest,
    });
  });
}

/** Log lines after a sequence number, at most `limit`. */
export async function operationLogs(scope: OrgScope, id: string, after: number, limit = 500) {
  await getOperation(scope, id);
  return scope.db.operationLog.findMany({ where: { operationId: id, seq: { gt: after } }, orderBy: { seq: 'asc' }, take: limit });
}

/** Cancels an operation of the organization. */
export async function cancelOperation(app: App, scope: OrgScope, id: string) {
  await getOperation(scope, id);
  return requestCancel(app, scope, id);
}

const inBetween: Readonly<Record<string, 'provisioning' | 'restarting' | 'removing' | undefined>> = {
  'instance.provision': 'provisioning', 'instance.start': 'restarting', 'instance.restart': 'restarting', 'instance.configure': 'restarting', 'instance.delete': 'removing',
};

/** Who may do again what was done once: whoever may do it, not whoever may see to operations. */
function requireMayRepeat(scope: OrgScope, { resourceType, projectId }: { resourceType: string; projectId: string | null }): void {
  const needed = resourceType === 'server' ? 'manage:servers' : resourceType === 'environment' ? 'manage:environments' : 'manage:instances';
  requirePermission(scope.access, needed);
  requireProject({ ...scope, acts: reachOf(scope.access, needed) }, projectId);
}

/** Runs a failed or cancelled operation again, as a new one with the same input. */
export async function retryOperation(app: App, scope: OrgScope, id: string) {
  const before = await getOperation(scope, id);
  if (before.resourceType === 'org') throw new AppError('conflict', 'Delete the organization again instead: its slug must be confirmed anew', { kind: before.kind });
  if (before.status !== 'failed' && before.status !== 'cancelled') throw invalidState('operation', before.status, ['failed', 'cancelled']);
  const newer = await scope.db.operation.count({ where: { resourceId: before.resourceId, id: { gt: before.id } } });
  if (newer > 0) throw new AppError('conflict', 'A newer operation of this resource exists; retry that one', { id });
  requireMayRepeat(scope, before);
  return mutate(app, scope, async ({ tx, record }) => {
    const operation = await enqueueAgain(app.queue, tx, scope, before);
    if (before.resourceType === 'instance') {
      const status = inBetween[before.kind];
      if (status) await tx.instance.update({ where: { id: before.resourceId, orgId: scope.orgId }, data: { status, statusMessage: null } });
    } else if (before.resourceType === 'server') {
      await tx.server.update({ where: { id: before.resourceId, orgId: scope.orgId }, data: { status: before.kind === 'server.remove' ? 'removing' : 'validating', statusMessage: null } });
    }
    await record({ action: 'operation.retried', resourceType: 'operation', resourceId: operation.id, resourceName: before.kind, before: { retryOf: id } });
    return operation;
  });
}
