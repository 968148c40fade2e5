import type { Operation, OperationStatus, OperationStep } from '../../prisma/generated/client/client.ts';
import { type OrgScope, seenProjects } from '../access/scope.ts';
import type { App } from '../app.ts';
import { sourceOf, sourceOfEach } from '../database/list-source.ts';
import { type ListOf, ListStatement } from '../database/list-statement.ts';
import {
  byStatus,
  idFilter,
  type Page,
  type PageArgs,
  page,
  type Period,
  periodOf,
  planOf,
  searchTerm,
  textFilter,
  type TimeSort,
} from '../lists.ts';
import type { SourceOfEach } from '../lists-of-each.ts';

export interface OperationFilter extends Period {
  resourceType?: string | null | undefined;
  resourceId?: string | null | undefined;
  projectId?: string | null | undefined;
  serverId?: string | null | undefined;
  status?: OperationStatus | null | undefined;
  statuses?: readonly OperationStatus[] | null | undefined;
  kind?: string | null | undefined;
  search?: string | null | undefined;
}

type Args = PageArgs & { sort?: TimeSort | null | undefined } & OperationFilter;

/** What a list shows of an operation: not what only its worker needs. */
export type ListedOperation = Omit<Operation, 'input' | 'state' | 'sessions'>;

const operations: ListOf = {
  name: 'operations',
  columns: `o.id, o.org_id AS "orgId", o.kind, o.status, o.progress, o.resource_type AS "resourceType", o.resource_id AS "resourceId",
    o.server_id AS "serverId", o.project_id AS "projectId", o.attempt, o.lease_until AS "leaseUntil", o.crashes,
    o.log_cut_at AS "logCutAt", o.log_cut AS "logCut", o.cancel_requested AS "cancelRequested", o.error_code AS "errorCode",
    o.error_message AS "errorMessage", o.error_hint AS "errorHint", o.retry_of_id AS "retryOfId", o.request_id AS "requestId",
    o.created_by_id AS "createdById", o.created_at AS "createdAt", o.started_at AS "startedAt", o.finished_at AS "finishedAt"`,
  from: 'operations o',
  row: 'o',
};

function statementOf(
  scope: OrgScope,
  args: Omit<OperationFilter, 'status'> & { status: OperationStatus[] | undefined },
) {
  const search = searchTerm(args.search);
  const period = periodOf(args);
  return new ListStatement(operations, 'o.org_id = $::uuid', scope.orgId)
    .where('p', 'o.project_id = ANY($::uuid[])', seenProjects(scope)?.in)
    .where('i', 'o.resource_id = $::uuid', idFilter(args.resourceId))
    .where('y', 'o.resource_type = $', textFilter('resource_type', args.resourceType))
    .where('r', 'o.project_id = $::uuid', idFilter(args.projectId))
    .where('s', 'o.server_id = $::uuid', idFilter(args.serverId))
    .where('t', 'o.status = ANY($::operation_status[])', args.status)
    .where('k', 'o.kind = $', textFilter('kind', args.kind))
    .where('q', '(o.kind ILIKE $ OR o.error_code ILIKE $ OR o.error_message ILIKE $)', search && `%${search}%`)
    .where('f', 'o.created_at >= $', period?.gte)
    .where('u', 'o.created_at < $', period?.lt);
}

export type OperationWithSteps = ListedOperation & { steps: OperationStep[] };

/** The operations with their steps: one statement more, however many they are. */
const withSteps =
  (scope: OrgScope) =>
  async (rows: ListedOperation[]): Promise<OperationWithSteps[]> => {
    if (rows.length === 0) return [];
    const steps = await scope.db.operationStep.findMany({
      where: { operationId: { in: rows.map(({ id }) => id) } },
      orderBy: { position: 'asc' },
    });
    const byOperation = Map.groupBy(steps, ({ operationId }) => operationId);
    return rows.map((row) => ({ ...row, steps: byOperation.get(row.id) ?? [] }));
  };

export function listOperations(app: App, scope: OrgScope, given: Args): Promise<Page<OperationWithSteps>> {
  const args = byStatus<OperationStatus, typeof given>(given);
  const source = sourceOf(app.db.tenants, scope.orgId, statementOf(scope, args), withSteps(scope));
  return page(`operations of ${scope.orgId}`, args, source);
}

/** The lists of the operations of resources, such as instances. */
export function operationsOfEach(app: App, scope: OrgScope, given: Args): SourceOfEach<OperationWithSteps> {
  const args = byStatus<OperationStatus, typeof given>(given);
  return {
    plan: (resourceId) => planOf(`operations of ${scope.orgId}`, { ...args, resourceId }),
    ...sourceOfEach(app.db.tenants, scope.orgId, statementOf(scope, args), 'resource_id', withSteps(scope)),
  };
}
