import type { Instance, InstanceStatus } from '../../prisma/generated/client/client.ts';
import { type OrgScope, reachable, seenProjects } from '../access/scope.ts';
import type { App } from '../app.ts';
import { sourceOf, sourceOfEach } from '../database/list-source.ts';
import { type ListOf, ListStatement } from '../database/list-statement.ts';
import { isId } from '../ids.ts';
import { byStatus, idFilter, type Page, type PageArgs, page, planOf, searchTerm } from '../lists.ts';
import type { SourceOfEach } from '../lists-of-each.ts';
import { bytes } from './settings.ts';

export async function getInstance(scope: OrgScope, id: string): Promise<Instance> {
  const instance = isId(id)
    ? await scope.db.instance.findFirst({ where: { id, orgId: scope.orgId, status: { not: 'removed' } } })
    : null;
  return reachable(scope, 'instance', id, instance, (row) => row.projectId);
}

/** Those of the instances that the caller sees, also ones that were removed. */
export function instancesById(scope: OrgScope, ids: readonly string[]): Promise<Instance[]> {
  return scope.db.instance.findMany({
    where: { id: { in: [...ids] }, orgId: scope.orgId, projectId: seenProjects(scope) },
    orderBy: { id: 'asc' },
  });
}

/** An instance with its server's address and its operation, which need no further statement then. */
export type InstanceView = Instance & { serverHost?: string; currentOperationId?: string | null };

export interface InstanceFilter {
  serverId?: string | null | undefined;
  environmentId?: string | null | undefined;
  projectId?: string | null | undefined;
  status?: InstanceStatus | null | undefined;
  statuses?: readonly InstanceStatus[] | null | undefined;
  search?: string | null | undefined;
}

type Row = Omit<InstanceView, 'limitMemorySoft' | 'limitMemoryHard' | 'memoryLimit' | 'databaseMemoryLimit'> & {
  limitMemorySoft: string;
  limitMemoryHard: string;
  memoryLimit: string | null;
  databaseMemoryLimit: string | null;
};

const columns = `i.id, i.org_id AS "orgId", i.server_id AS "serverId", i.environment_id AS "environmentId", i.project_id AS "projectId", i.name, i.slug, i.status, i.status_message AS "statusMessage",
  i.odoo_version AS "odooVersion", i.edition, i.image, i.image_digest AS "imageDigest", i.postgres_image AS "postgresImage", i.workers, i.limit_memory_soft AS "limitMemorySoft", i.limit_memory_hard AS "limitMemoryHard",
  i.limit_time_cpu AS "limitTimeCpu", i.limit_time_real AS "limitTimeReal", i.max_cron_threads AS "maxCronThreads", i.log_level AS "logLevel", i.language, i.country, i.demo, i.modules,
  i.admin_email AS "adminEmail", i.env_vars AS "envVars", i.cpu_limit AS "cpuLimit", i.memory_limit AS "memoryLimit", i.process_limit AS "processLimit",
  i.database_cpu_limit AS "databaseCpuLimit", i.database_memory_limit AS "databaseMemoryLimit", i.database_process_limit AS "databaseProcessLimit", i.http_port AS "httpPort", i.longpolling_port AS "longpollingPort", i.deletion_protected AS "deletionProtected", '' AS "secretsEnc", NULL AS "adminPasswordEnc",
  i.last_seen_at AS "lastSeenAt", i.created_at AS "createdAt", i.updated_at AS "updatedAt", i.provisioned_at AS "provisionedAt", i.settings_pending AS "settingsPending", i.deployment_id AS "deploymentId", s.host AS "serverHost",
  (SELECT o.id FROM operations o WHERE o.resource_id = i.id AND o.status IN ('queued', 'running')) AS "currentOperationId"`;

const instances: ListOf = {
  name: 'instances',
  columns,
  from: 'instances i JOIN servers s ON s.id = i.server_id',
  row: 'i',
};

const viewsOf = (rows: Row[]): InstanceView[] =>
  rows.map((row) => ({
    ...row,
    limitMemorySoft: BigInt(row.limitMemorySoft),
    limitMemoryHard: BigInt(row.limitMemoryHard),
    memoryLimit: bytes(row.memoryLimit),
    databaseMemoryLimit: bytes(row.databaseMemoryLimit),
  }));

function statementOf(scope: OrgScope, args: Omit<InstanceFilter, 'status'> & { status: InstanceStatus[] | undefined }) {
  const search = searchTerm(args.search);
  return new ListStatement(instances, "i.org_id = $::uuid AND i.status <> 'removed'", scope.orgId)
    .where('p', 'i.project_id = ANY($::uuid[])', seenProjects(scope)?.in)
    .where('s', 'i.server_id = $::uuid', idFilter(args.serverId))
    .where('e', 'i.environment_id = $::uuid', idFilter(args.environmentId))
    .where('r', 'i.project_id = $::uuid', idFilter(args.projectId))
    .where('t', 'i.status = ANY($::instance_status[])', args.status)
    .where('q', 'i.name ILIKE $', search && `%${search}%`);
}

/**
 * The list that every dashboard asks for all the time: one prepared statement, without Prisma's query compiler in
 * between. A malformed id matches nothing, as an unknown one does.
 */
export function listInstances(
  app: App,
  scope: OrgScope,
  given: PageArgs & InstanceFilter,
): Promise<Page<InstanceView>> {
  const args = byStatus<InstanceStatus, typeof given>(given);
  const source = sourceOf(app.db.tenants, scope.orgId, statementOf(scope, args), viewsOf);
  return page(`instances of ${scope.orgId}`, args, source);
}

const parentColumns = { environmentId: 'environment_id', serverId: 'server_id' };

/** The lists of the instances of environments or servers. */
export function instancesOfEach(
  app: App,
  scope: OrgScope,
  parent: keyof typeof parentColumns,
  given: PageArgs & InstanceFilter,
): SourceOfEach<InstanceView> {
  const args = byStatus<InstanceStatus, typeof given>(given);
  return {
    plan: (id) => planOf(`instances of ${scope.orgId}`, { ...args, [parent]: id }),
    ...sourceOfEach(app.db.tenants, scope.orgId, statementOf(scope, args), parentColumns[parent], viewsOf),
  };
}
