import type { Instance } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { isId, newId } from '../ids.ts';
import { type Page, type PageArgs, page } from '../lists.ts';

/** An instance with its server's address, so that its URL needs no further statement. */
export type InstanceView = Instance & { serverHost?: string };

export interface InstanceFilter {
  serverId?: string | null | undefined;
  environmentId?: string | null | undefined;
}

type Row = Omit<InstanceView, 'limitMemorySoft' | 'limitMemoryHard'> & { limitMemorySoft: string; limitMemoryHard: string };

const columns = `i.id, i.org_id AS "orgId", i.server_id AS "serverId", i.environment_id AS "environmentId", i.project_id AS "projectId", i.name, i.slug, i.status, i.status_message AS "statusMessage",
  i.odoo_version AS "odooVersion", i.edition, i.image, i.postgres_image AS "postgresImage", i.workers, i.limit_memory_soft AS "limitMemorySoft", i.limit_memory_hard AS "limitMemoryHard",
  i.limit_time_cpu AS "limitTimeCpu", i.limit_time_real AS "limitTimeReal", i.max_cron_threads AS "maxCronThreads", i.log_level AS "logLevel", i.language, i.country, i.demo, i.modules,
  i.admin_email AS "adminEmail", i.env_vars AS "envVars", i.http_port AS "httpPort", i.deletion_protected AS "deletionProtected", '' AS "secretsEnc", NULL AS "adminPasswordEnc",
  i.last_seen_at AS "lastSeenAt", i.created_at AS "createdAt", i.updated_at AS "updatedAt", s.host AS "serverHost"`;

/**
 * The list that every dashboard asks for all the time: one prepared statement, without Prisma's query compiler in
 * between. A malformed id matches nothing, as an unknown one does.
 */
export function listInstances(app: App, scope: OrgScope, args: PageArgs & InstanceFilter): Promise<Page<InstanceView>> {
  return page(args, async (take, before) => {
    const values: (string | number | string[])[] = [scope.orgId, take];
    const conditions: string[] = [];
    const where = (sql: string, id: string): void => {
      values.push(isId(id) ? id : newId());
      conditions.push(`AND ${sql} $${values.length}::uuid`);
    };
    if (scope.sees !== 'all') {
      values.push([...scope.sees]);
      conditions.push(`AND i.project_id = ANY($${values.length}::uuid[])`);
    }
    if (before) where('i.id <', before);
    if (args.serverId) where('i.server_id =', args.serverId);
    if (args.environmentId) where('i.environment_id =', args.environmentId);
    const text = `SELECT ${columns} FROM instances i JOIN servers s ON s.id = i.server_id WHERE i.org_id = $1::uuid AND i.status <> 'removed' ${conditions.join(' ')} ORDER BY i.id DESC LIMIT $2::int`;
    const name = `instances ${conditions.map((condition) => condition.split(' ')[1]).join(' ')}`;
    const { rows } = await app.db.tenants.query<Row>(scope.orgId, { name, text, values });
    return rows.map((row) => ({ ...row, limitMemorySoft: BigInt(row.limitMemorySoft), limitMemoryHard: BigInt(row.limitMemoryHard) }));
  });
}
