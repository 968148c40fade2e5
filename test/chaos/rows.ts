import type { Scene } from './invariants.ts';

interface Rule {
  /** What is wrong with each row that the query gives. */
  says: string;
  query: string;
}

/** The event of an operation's end, by its status. */
const ending = "'operation.' || replace(o.status::text, 'succeeded', 'completed')";
const settled = "status NOT IN ('queued', 'running')";
/** What the end of an operation says of its resource. */
const outcomes =
  "'instance.error','instance.started','instance.stopped','instance.restarted','instance.deleted','instance.configured','instance.configure_failed','instance.admin_password_reset','instance.admin_password_reset_failed','server.active','server.unreachable','server.deleted','server.remove_failed'";

/** What it says of what belongs to its instance, or of the instance and its data. */
const further =
  "'database.configured','database.configure_failed','database.maintained','database.maintenance_failed','database.password_rotated','database.pooler_enabled','database.pooler_disabled','database.pooler_failed','database.password_rotation_failed','database.upgrade_rehearsed','database.upgrade_rehearsal_failed','database.upgraded','database.upgrade_failed','database_replica.online','database_replica.promoted','database_replica.removed','database_replica.failed','point_in_time.active','point_in_time.disabled','point_in_time.failed','point_in_time.restored','point_in_time.restore_failed','restore.completed','restore.failed','restore.files_completed','restore.files_failed','instance.cloned','instance.clone_failed','deployment.completed','deployment.failed','deployment.rolled_back','deployment.cancelled'";

/** Those whose cancellation is told by the entry of who cancelled them alone. */
const furtherKinds = [
  ...[
    'configure_database',
    'rotate_database_password',
    'maintain_database',
    'restore',
    'restore_files',
    'provision_from_backup',
    'import',
  ],
  ...['clone', 'clone_over', 'create_replica', 'remove_replica', 'promote_replica', 'backup_and_delete'],
  ...['enable_archiving', 'disable_archiving', 'restore_point', 'rehearse_database_upgrade', 'upgrade_database'],
]
  .map((kind) => `'instance.${kind}'`)
  .join();

/** Each gives one text, `what`, for every row that breaks the rule. */
const rules: readonly Rule[] = [
  {
    says: 'An operation has not ended',
    query: `SELECT concat_ws(' ', kind, id, status, 'attempt', attempt, 'cancel', cancel_requested, 'lease', lease_until - now()) AS what FROM operations WHERE NOT (${settled})`,
  },
  {
    says: 'An ended operation has a lease or no end',
    query: `SELECT concat_ws(' ', kind, id, status) AS what FROM operations WHERE ${settled} AND (lease_until IS NOT NULL OR finished_at IS NULL)`,
  },
  {
    says: 'An operation ended with internal_error',
    query:
      "SELECT concat_ws(' ', kind, id, status, error_message) AS what FROM operations WHERE error_code = 'internal_error'",
  },
  {
    says: 'A succeeded operation has an error, or is not at 100 %',
    query:
      "SELECT concat_ws(' ', kind, id, error_code, progress) AS what FROM operations WHERE status = 'succeeded' AND (error_code IS NOT NULL OR progress <> 100)",
  },
  {
    says: 'A failed operation gives no reason',
    query: "SELECT concat_ws(' ', kind, id) AS what FROM operations WHERE status = 'failed' AND error_code IS NULL",
  },
  {
    says: 'Steps do not fit the end of their operation',
    query: `
      SELECT concat_ws(' ', o.kind, o.id, o.status, string_agg(s.name || '=' || s.status, ' ' ORDER BY s.position)) AS what FROM operations o JOIN operation_steps s ON s.operation_id = o.id WHERE ${settled.replace('status', 'o.status')}
      GROUP BY o.id HAVING string_agg(CASE s.status WHEN 'succeeded' THEN 's' WHEN 'failed' THEN 'f' WHEN 'cancelled' THEN 'c' WHEN 'skipped' THEN 'k' ELSE '?' END, '' ORDER BY s.position)
        !~ CASE o.status WHEN 'succeeded' THEN '^s+$' WHEN 'failed' THEN '^s*f?k*$' ELSE '^s*c?k*$' END`,
  },
  {
    says: 'The numbers of a log have gaps or do not begin with 1',
    query:
      "SELECT concat_ws(' ', operation_id, count(*), 'lines', min(seq), 'to', max(seq)) AS what FROM operation_logs WHERE operation_id IN (SELECT id FROM operations WHERE log_cut = 0) GROUP BY operation_id HAVING count(*) <> max(seq) OR min(seq) <> 1",
  },
  {
    says: 'A job is left of an operation that has ended',
    query: `SELECT concat_ws(' ', o.kind, o.id, o.status, 'job', j.state) AS what FROM pgboss.job j JOIN operations o ON o.id::text = j.data->>'operationId' WHERE j.name = 'operations' AND j.state IN ('created', 'retry', 'active') AND ${settled.replace('status', 'o.status')}`,
  },
  {
    says: 'A job is left of an operation that is gone',
    query:
      "SELECT concat_ws(' ', j.data->>'operationId', 'job', j.state) AS what FROM pgboss.job j WHERE j.name = 'operations' AND j.state IN ('created', 'retry', 'active') AND NOT EXISTS (SELECT 1 FROM operations o WHERE o.id::text = j.data->>'operationId')",
  },
  {
    says: 'The lane of a server is not free',
    query:
      "SELECT concat_ws(' ', group_id, count(*), 'active') AS what FROM pgboss.job WHERE name = 'operations' AND state = 'active' AND group_id IS NOT NULL GROUP BY group_id",
  },
  {
    says: 'An instance is in between',
    query:
      "SELECT concat_ws(' ', name, id, status) AS what FROM instances WHERE status NOT IN ('running', 'stopped', 'failed', 'removed')",
  },
  {
    says: 'A backup is in between, or good without a snapshot that was read back',
    query:
      "SELECT concat_ws(' ', id, status) AS what FROM backups WHERE status IN ('pending', 'running') OR (status = 'completed' AND (snapshot_id IS NULL OR verified_at IS NULL))",
  },
  {
    says: 'A repository is in between, or failed without a reason',
    query:
      "SELECT concat_ws(' ', name, id, status) AS what FROM repositories WHERE status = 'syncing' OR (status = 'failed' AND (status_code IS NULL OR status_message IS NULL))",
  },
  {
    says: 'A deployment is in between, or ended badly without a reason',
    query:
      "SELECT concat_ws(' ', id, status) AS what FROM deployments WHERE status IN ('queued', 'building', 'deploying') OR (status IN ('failed', 'rolled_back') AND (error_code IS NULL OR status_message IS NULL))",
  },
  {
    says: 'An instance has not the code of its last deployment that succeeded',
    query:
      "SELECT concat_ws(' ', i.name, i.id, i.deployment_id) AS what FROM instances i WHERE i.status <> 'removed' AND i.deployment_id IS DISTINCT FROM (SELECT d.id FROM deployments d WHERE d.instance_id = i.id AND d.status = 'succeeded' AND NOT d.dry_run ORDER BY d.id DESC LIMIT 1)",
  },
  {
    says: 'A server is in between',
    // Without its first validation a server stays as it was registered.
    query: `
      SELECT concat_ws(' ', s.name, s.id, s.status) AS what FROM servers s WHERE s.status NOT IN ('active', 'unreachable', 'removed')
      AND NOT (s.status = 'pending' AND EXISTS (SELECT 1 FROM operations o WHERE o.resource_id = s.id AND o.kind = 'server.validate' AND o.status = 'cancelled'))`,
  },
  {
    says: 'An organization is in between',
    query: "SELECT concat_ws(' ', g.slug, g.status) AS what FROM organizations g WHERE g.status <> 'active'",
  },
  {
    says: 'A port is taken by nobody who lives',
    query:
      "SELECT concat_ws(' ', p.port, p.instance_id, i.status) AS what FROM port_allocations p LEFT JOIN instances i ON i.id = p.instance_id WHERE i.id IS NULL OR i.status = 'removed'",
  },
  {
    says: 'The port of an instance is not the one that it has',
    query:
      "SELECT concat_ws(' ', i.name, i.id, i.status, i.http_port, p.port) AS what FROM instances i LEFT JOIN port_allocations p ON p.instance_id = i.id AND p.purpose = 'http' WHERE (i.status IN ('running', 'stopped') AND (p.port IS NULL OR i.http_port IS DISTINCT FROM p.port)) OR (i.status = 'failed' AND i.http_port IS DISTINCT FROM p.port)",
  },
  {
    says: 'The end of an operation is not in the audit log exactly once',
    query: `
      SELECT concat_ws(' ', o.kind, o.id, o.status, coalesce(a.said, 'nothing')) AS what FROM operations o
      LEFT JOIN LATERAL (SELECT count(*) AS n, string_agg(action, ' ') AS said FROM audit_entries a WHERE a.resource_id = o.id AND a.action IN ('operation.completed', 'operation.failed', 'operation.cancelled')) a ON true
      WHERE ${settled.replace('status', 'o.status')} AND (a.n <> 1 OR a.said <> ${ending})`,
  },
  {
    says: 'The end of an operation is not in the outbox exactly once',
    query: `
      SELECT concat_ws(' ', o.kind, o.id, o.status, e.n) AS what FROM operations o
      LEFT JOIN LATERAL (SELECT count(*) AS n FROM outbox_events e WHERE e.resource_id = o.id AND e.type = ${ending}) e ON true WHERE ${settled.replace('status', 'o.status')} AND e.n <> 1`,
  },
  {
    says: 'What came of the resource is not in the audit log exactly once',
    // What is cancelled before a worker began it ends within the request that cancels it.
    query: `
      SELECT concat_ws(' ', o.kind, o.id, o.status, coalesce(a.said, 'nothing'), f.said) AS what FROM operations o
      LEFT JOIN LATERAL (SELECT count(*) AS n, string_agg(action, ' ') AS said FROM audit_entries a WHERE a.resource_id = o.resource_id AND (a.request_id = o.request_id OR o.attempt = 0 AND a.request_id IN (SELECT c.request_id FROM audit_entries c WHERE c.resource_id = o.id AND c.action = 'operation.cancelled')) AND a.action IN (${outcomes})) a ON true
      LEFT JOIN LATERAL (SELECT count(*) AS n, string_agg(action, ' ') AS said FROM audit_entries a WHERE a.org_id = o.org_id AND a.request_id = o.request_id AND a.action IN (${further})) f ON true
      WHERE ${settled.replace('status', 'o.status')} AND o.resource_type IN ('server', 'instance') AND (a.n + f.n = 0 AND NOT (o.status = 'cancelled' AND o.kind IN (${furtherKinds})) OR a.n > 1 OR f.n > 1)`,
  },
  {
    says: 'An audit entry of one request was written twice',
    query:
      "SELECT concat_ws(' ', action, resource_id, request_id, count(*)) AS what FROM audit_entries WHERE request_id NOT LIKE 'monitor-%' AND resource_id IS NOT NULL GROUP BY action, resource_id, request_id HAVING count(*) > 1",
  },
  {
    says: 'An instance was created twice, or nobody says by whom',
    query:
      "SELECT concat_ws(' ', i.name, i.id, a.n) AS what FROM instances i LEFT JOIN LATERAL (SELECT count(*) AS n FROM audit_entries a WHERE a.resource_id = i.id AND a.action = 'instance.created') a ON true WHERE a.n <> 1",
  },
];

export async function rowViolations({ sql }: Pick<Scene, 'sql'>): Promise<string[]> {
  const found: string[] = [];
  for (const { says, query } of rules) {
    for (const { what } of await sql<{ what: string }>(query)) found.push(`${says}: ${what}`);
  }
  return found;
}
