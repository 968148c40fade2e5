import type { Instance, InstanceStatus } from '../../prisma/generated/client/client.ts';
import { type OrgScope, reachable, seenProjects } from '../access/scope.ts';
import type { App } from '../app.ts';
import { isId, newId } from '../ids.ts';
import { type Page, type PageArgs, page, searchTerm } from '../lists.ts';
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

/** An instance with its server's address, so that its URL needs no further statement. */
export type InstanceView = Instance & { serverHost?: string };

export interface InstanceFilter {
  serverId?: string | null | undefined;
  environmentId?: string | null | undefined;
  status?: InstanceStatus | null | undefined;
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
  i.last_seen_at AS "lastSeenAt", i.created_at AS "createdAt", i.updated_at AS "updatedAt", s.host AS "serverHost"`;

/**
 * The list that every dashboard asks for all the time: one prepared statement, without Prisma's query compiler in
 * between. A malformed id matches nothing, as an unknown one does.
 */
export function listInstances(app: App, scope: OrgScope, args: PageArgs & InstanceFilter): Promise<Page<InstanceView>> {
  const search = searchTerm(args.search);
  return page(`instances of ${scope.orgId}`, args, async ({ take, key, direction, beyond }) => {
    const values: (string | number | string[])[] = [scope.orgId, take];
    let conditions = '';
    // Each shape of the list is a prepared statement of its own name.
    let name = `instances ${key} ${direction} `;
    const where = (letter: string, before: string, value: string | string[], after = ''): void => {
      conditions += ` AND ${before} $${values.push(value)}${after}`;
      name += letter;
    };
    const id = (value: string): string => (isId(value) ? value : newId());
    const past = direction === 'asc' ? '>' : '<';
    if (scope.sees !== 'all') where('p', 'i.project_id = ANY(', [...scope.sees], '::uuid[])');
    if (beyond && key === 'id') where('a', `i.id ${past}`, beyond.id, '::uuid');
    if (beyond && key === 'name')
      where('a', `(i.name, i.id) ${past} (`, beyond.name, `::text, $${values.push(beyond.id)}::uuid)`);
    if (args.serverId) where('s', 'i.server_id =', id(args.serverId), '::uuid');
    if (args.environmentId) where('e', 'i.environment_id =', id(args.environmentId), '::uuid');
    if (args.status) where('t', 'i.status =', args.status, '::instance_status');
    if (search) where('q', 'i.name ILIKE', `%${search}%`);
    const order = key === 'id' ? `i.id ${direction}` : `i.name ${direction}, i.id ${direction}`;
    const text = `SELECT ${columns} FROM instances i JOIN servers s ON s.id = i.server_id WHERE i.org_id = $1::uuid AND i.status <> 'removed'${conditions} ORDER BY ${order} LIMIT $2::int`;
    const { rows } = await app.db.tenants.query<Row>(scope.orgId, { name, text, values });
    return rows.map((row) => ({
      ...row,
      limitMemorySoft: BigInt(row.limitMemorySoft),
      limitMemoryHard: BigInt(row.limitMemoryHard),
      memoryLimit: bytes(row.memoryLimit),
      databaseMemoryLimit: bytes(row.databaseMemoryLimit),
    }));
  });
}
