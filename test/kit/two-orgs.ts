import type { Client } from './client.ts';
import type { Ids } from './fields.ts';
import type { Ocore } from './ocore.ts';
import { endOperations } from './fleet-rows.ts';
import { nowhere } from './nowhere.ts';

/** Stands in every name of the organization that others must see nothing of. */
export const mark = 'aardvark';

export interface Org {
  owner: Client;
  id: string;
  ids: Ids;
}

/** Rows that hang on a person, or that only features make which a fixture should not depend on. */
const personal = `
  WITH person AS (SELECT u.id AS user_id, m.id AS member_id, m.org_id FROM users u JOIN memberships m ON m.user_id = u.id WHERE u.email = $1),
    session AS (INSERT INTO sessions (id, user_id, refresh_hash, expires_at) SELECT gen_random_uuid(), user_id, gen_random_uuid()::text, now() + interval '1 day' FROM person RETURNING id),
    impersonation AS (INSERT INTO sessions (id, user_id, refresh_hash, method, expires_at, impersonator_id, impersonation_reason) SELECT gen_random_uuid(), user_id, gen_random_uuid()::text, 'impersonation', now() + interval '1 day', (SELECT id FROM users WHERE is_admin ORDER BY id LIMIT 1), 'Some reason' FROM person RETURNING id),
    passkey AS (INSERT INTO passkeys (id, user_id, credential_id, public_key, transports, device_name) SELECT gen_random_uuid(), user_id, gen_random_uuid()::text, '\\x00', '{}', 'Some device' FROM person RETURNING id),
    ssh_key AS (INSERT INTO ssh_keys (id, user_id, label, public_key, fingerprint, key_type) SELECT gen_random_uuid(), user_id, 'Some key', 'ssh-ed25519 AAAA', gen_random_uuid()::text, 'ssh-ed25519' FROM person RETURNING id),
    api_key AS (INSERT INTO api_keys (id, org_id, user_id, name, prefix, hash, permissions) SELECT gen_random_uuid(), org_id, user_id, $2, 'ocore_k_000000', gen_random_uuid()::text, '{view:projects}' FROM person RETURNING id)
  SELECT person.user_id AS user, person.member_id AS member, person.org_id AS organization, session.id AS session, impersonation.id AS impersonation, passkey.id AS passkey, ssh_key.id AS "sshKey", api_key.id AS "apiKey" FROM person, session, impersonation, passkey, ssh_key, api_key`;
const shared = `
  WITH role AS (INSERT INTO roles (id, org_id, name, permissions) VALUES (gen_random_uuid(), $1::uuid, $2, '{view:projects}') RETURNING id),
    invitation AS (INSERT INTO invitations (id, org_id, email, role_id, token_hash, expires_at) SELECT gen_random_uuid(), $1::uuid, $2 || '@example.com', id, gen_random_uuid()::text, now() + interval '1 day' FROM role RETURNING id),
    link AS (INSERT INTO invite_links (id, org_id, role_id, code_hash, expires_at) SELECT gen_random_uuid(), $1::uuid, id, gen_random_uuid()::text, now() + interval '1 day' FROM role RETURNING id),
    assignment AS (INSERT INTO role_assignments (id, org_id, membership_id, role_id, project_id) SELECT gen_random_uuid(), $1::uuid, $3::uuid, role.id, $4::uuid FROM role RETURNING id)
  SELECT role.id AS role, invitation.id AS invitation, link.id AS "inviteLink", assignment.id AS assignment FROM role, invitation, link, assignment`;

/** The ids of what a person has. */
export async function personalIds(ocore: Pick<Ocore, 'sql'>, email: string, name: string): Promise<Ids> {
  const [row] = await ocore.sql<Record<string, string>>(personal, [email, name]);
  if (!row) throw new Error(`${email} is no member`);
  return row;
}

/** A project with an environment and an instance in it. */
export async function addProject(ocore: Ocore, owner: Client, name: string, serverId: string): Promise<Ids> {
  const project = await owner.post('/projects', { name: `${name} project` });
  const environment = await owner.post('/environments', {
    projectId: project.text('id'),
    name: `${name} environment`,
    type: 'development',
  });
  await ocore.sql("UPDATE servers SET status = 'active' WHERE id = $1", [serverId]);
  // What of those who are limited to the project is probed needs a server that they may choose.
  await ocore.sql(
    'INSERT INTO project_servers (org_id, project_id, server_id) SELECT org_id, $1, id FROM servers WHERE id = $2',
    [project.text('id'), serverId],
  );
  const instance = await owner.post('/instances', {
    name: `${name} instance`,
    serverId,
    environmentId: environment.text('id'),
    adminEmail: `${name}@example.com`,
  });
  await ocore.sql("UPDATE instances SET status = 'stopped', provisioned_at = now() WHERE id = $1", [
    instance.text('id'),
  ]);
  await ocore.sql(
    "INSERT INTO operation_logs (operation_id, seq, step, level, message) VALUES ($1, 1, 'prepare', 'info', $2)",
    [instance.text('operationId'), `${name} log line`],
  );
  const [event] = await ocore.sql<{ id: string }>('SELECT event_id AS id FROM outbox_events WHERE resource_id = $1', [
    instance.text('id'),
  ]);
  return {
    event: event?.id ?? '',
    project: project.text('id'),
    environment: environment.text('id'),
    instance: instance.text('id'),
    replica: await addReplica(ocore, instance.text('id')),
    ...(await addRepository(ocore, owner, project.text('id'), environment.text('id'), name)),
    deployment: await addDeployment(ocore, instance.text('id')),
    operation: instance.text('operationId'),
    server: serverId,
  };
}

/** A Git repository with a branch, and a mapping to the environment. */
export async function addRepository(
  ocore: Pick<Ocore, 'sql'>,
  owner: Client,
  projectId: string,
  environmentId: string,
  name: string,
): Promise<Ids> {
  const repository = await owner.post(`/projects/${projectId}/repositories`, {
    repositoryUrl: `git@git.example.com:${name}/erp.git`,
  });
  await ocore.sql(
    `INSERT INTO repository_refs (id, org_id, repository_id, kind, name, sha)
      SELECT gen_random_uuid(), org_id, id, kind, 'stable', repeat('a', 40) FROM repositories, unnest('{branch,tag}'::ref_kind[]) AS kind WHERE id = $1`,
    [repository.text('id')],
  );
  const mapping = await owner.post(`/projects/${projectId}/branch-mappings`, {
    branchPattern: `${name}/*`,
    environmentId,
  });
  return { repository: repository.text('id'), branchMapping: mapping.text('id') };
}

/** A deployment to an instance that succeeded, as a worker leaves it. */
export async function addDeployment(ocore: Pick<Ocore, 'sql'>, instanceId: string): Promise<string> {
  const [row] = await ocore.sql<{ id: string }>(
    `INSERT INTO deployments (id, org_id, project_id, environment_id, instance_id, instance_name, server_id, status, trigger, operation_id, branch, commit_sha, commit_message, commit_author,
        committed_at, sources, plan, findings, downtime_ms, created_by_name, started_at, completed_at, updated_at)
      SELECT uuidv7(), org_id, project_id, environment_id, id, name, server_id, 'succeeded', 'manual', (SELECT id FROM operations WHERE resource_id = $1 LIMIT 1), 'main', repeat('a', 40), name, name,
        now(), $2, $3, $4, 1, name, now(), now(), now() FROM instances WHERE id = $1 RETURNING id`,
    [instanceId, JSON.stringify([deployedSource]), JSON.stringify(deployedPlan), JSON.stringify([deployedFinding])],
  );
  return row?.id ?? '';
}

const commit = {
  repositoryId: '0197a1f0-0000-7000-8000-000000000001',
  sha: 'a'.repeat(40),
  subject: 'Some change',
  author: 'Somebody',
  at: '2026-11-24T09:00:00.000Z',
};
const deployedSource = {
  ...commit,
  ...{ name: 'erp', url: 'https://git.example.com/acme/erp.git', provider: 'git', position: 1, ref: 'main' },
};
const deployedModule = {
  ...{ name: 'acme', repositoryId: null, change: 'update', fromVersion: '1.0', toVersion: '1.1' },
  ...{ reasons: ['views.xml changed'], migrations: [] },
};
const deployedPlan = {
  ...{ modules: [deployedModule], commits: [commit], database: true },
  ...{ updateAll: false, image: false, expectedDowntimeMs: null },
};
const deployedFinding = {
  ...{ severity: 'warning', module: 'acme', file: 'views.xml', line: 1, message: 'Some warning', traceback: null },
};

/** A replica of the database of an instance, as a worker leaves it. */
export async function addReplica(ocore: Pick<Ocore, 'sql'>, instanceId: string): Promise<string> {
  const [row] = await ocore.sql<{ id: string }>(
    `INSERT INTO database_replicas (id, org_id, project_id, instance_id, server_id, number, status, password_enc, updated_at)
      SELECT gen_random_uuid(), org_id, project_id, id, server_id, 1, 'online', '', now() FROM instances WHERE id = $1 RETURNING id`,
    [instanceId],
  );
  return row?.id ?? '';
}

/** A webhook endpoint with what was delivered to it. */
export async function addWebhook(ocore: Pick<Ocore, 'sql'>, owner: Client, name: string): Promise<Ids> {
  const endpoint = await owner.post('/webhook-endpoints', {
    url: `https://${name}.example.com/hook`,
    description: name,
    events: ['webhook_endpoint.*'],
    active: false,
  });
  const [delivery] = await ocore.sql<{ id: string }>(
    `INSERT INTO webhook_deliveries (id, org_id, endpoint_id, event_id, event_type, resource_id, status)
      SELECT gen_random_uuid(), org_id, $1::uuid, event_id, type, resource_id, 'failed' FROM outbox_events WHERE resource_id = $1::uuid LIMIT 1 RETURNING id`,
    [endpoint.text('id')],
  );
  return { webhookEndpoint: endpoint.text('id'), webhookDelivery: delivery?.id ?? '' };
}

/** An upload for an instance that goes on. */
export async function addTransfer(ocore: Pick<Ocore, 'sql'>, instanceId: string, name: string): Promise<Ids> {
  const [row] = await ocore.sql<{ id: string }>(
    `INSERT INTO transfers (id, org_id, project_id, instance_id, server_id, direction, status, filename, size_bytes, expires_at, updated_at)
      SELECT gen_random_uuid(), org_id, project_id, id, server_id, 'import', 'receiving', $2, 100, now() + interval '1 day', now() FROM instances WHERE id = $1 RETURNING id`,
    [instanceId, `${name}.zip`],
  );
  return { transfer: row?.id ?? '' };
}

/** A backup that was completed, as a worker leaves it, at a destination of its own. */
export async function addBackup(
  ocore: Pick<Ocore, 'sql'>,
  owner: Client,
  { environmentId, instanceId }: { environmentId: string; instanceId: string },
  name: string,
): Promise<Ids> {
  const [destination] = await ocore.sql<{ id: string }>(
    `INSERT INTO backup_destinations (id, org_id, name, destination_type, config, tested_at, updated_at)
      SELECT gen_random_uuid(), org_id, $2, 's3', '{"bucket": "backups", "prefix": "", "region": "eu-central-1", "endpoint": null, "pathStyle": false, "accessKeyId": "key"}', now(), now()
      FROM instances WHERE id = $1 RETURNING id`,
    [instanceId, `${name} backups`],
  );
  const before = await ocore.sql<{ status: string; provisioned_at: Date | null }>(
    'SELECT status, provisioned_at FROM instances WHERE id = $1',
    [instanceId],
  );
  await ocore.sql("UPDATE instances SET status = 'running', provisioned_at = now() WHERE id = $1", [instanceId]);
  const made = await owner.post(`/environments/${environmentId}/backups`, {
    instanceId,
    destinationId: destination?.id,
  });
  await ocore.sql('UPDATE instances SET status = $2, provisioned_at = $3 WHERE id = $1', [
    instanceId,
    before[0]?.status,
    before[0]?.provisioned_at,
  ]);
  await endOperations(ocore, made.text('id'));
  await ocore.sql(
    `UPDATE backups SET status = 'completed', snapshot_id = repeat('a', 64), database_bytes = 1, filestore_bytes = 1, added_bytes = 1,
      started_at = now(), completed_at = now(), verified_at = now() WHERE id = $1`,
    [made.text('id')],
  );
  return { backup: made.text('id'), backupDestination: destination?.id ?? '' };
}

/** A schedule that does not run, and an alert about it, of the environment of an instance. */
export async function addSchedule(ocore: Pick<Ocore, 'sql'>, instanceId: string, destinationId: string): Promise<Ids> {
  const [row] = await ocore.sql<{ id: string; alert: string }>(
    `WITH schedule AS (INSERT INTO backup_schedules (id, org_id, project_id, environment_id, name, cron, time_zone, jitter_minutes, destination_id,
        keep_last, keep_hourly, keep_daily, keep_weekly, keep_monthly, keep_yearly, enabled, updated_at)
        SELECT gen_random_uuid(), org_id, project_id, environment_id, 'Nightly of ' || name, '0 2 * * *', 'UTC', 0, $2, 1, 0, 0, 0, 0, 0, false, now()
        FROM instances WHERE id = $1 RETURNING *)
    INSERT INTO backup_alerts (id, org_id, project_id, environment_id, schedule_id, alert_type, message)
      SELECT gen_random_uuid(), org_id, project_id, environment_id, id, 'missed', 'The backup was not made: ' || name
      FROM schedule RETURNING schedule_id AS id, id AS alert`,
    [instanceId, destinationId],
  );
  return { backupSchedule: row?.id ?? '', backupAlert: row?.alert ?? '' };
}

/** What a copy of the instance leaves: where it is from; and a test of a backup with its schedule. */
export async function addCopyAndTest(ocore: Pick<Ocore, 'sql'>, instanceId: string, backupId: string): Promise<Ids> {
  await ocore.sql(
    `INSERT INTO instance_clones (instance_id, org_id, operation_id, source_instance_id, source_instance_name, source_environment_id, include_filestore, mail_catcher, anonymized, neutralized_at)
      SELECT id, org_id, gen_random_uuid(), id, name, environment_id, true, true, false, now() FROM instances WHERE id = $1`,
    [instanceId],
  );
  await ocore.sql(
    `INSERT INTO restore_test_schedules (id, org_id, project_id, environment_id, server_id, cron, time_zone, active, updated_at)
      SELECT gen_random_uuid(), org_id, project_id, environment_id, server_id, '0 4 * * 0', 'UTC', false, now() FROM instances WHERE id = $1`,
    [instanceId],
  );
  const [row] = await ocore.sql<{ id: string }>(
    `INSERT INTO restore_tests (id, org_id, project_id, environment_id, instance_id, instance_name, backup_id, server_id, status, rto_seconds, rpo_seconds, tables_checked, started_at, completed_at)
      SELECT gen_random_uuid(), org_id, project_id, environment_id, id, name, $2, server_id, 'completed', 1, 1, 1, now(), now() FROM instances WHERE id = $1 RETURNING id`,
    [instanceId, backupId],
  );
  return { restoreTest: row?.id ?? '', caughtMail: '0197a1f0-0000-7000-8000-000000000000' };
}

/** An organization with one of everything, all named after it. */
export async function fillOrg(ocore: Ocore, name: string): Promise<Org> {
  const owner = await ocore.owner(name);
  const server = await owner.post('/servers', {
    name: `${name} server`,
    ...nowhere,
  });
  const resources = await addProject(ocore, owner, name, server.text('id'));
  const registry = await owner.post('/registries', { host: `${name}.example.com`, username: name, password: 'secret' });
  const webhooks = await addWebhook(ocore, owner, name);
  const kept = await addBackup(
    ocore,
    owner,
    { environmentId: resources['environment'] ?? '', instanceId: resources['instance'] ?? '' },
    name,
  );
  const scheduled = await addSchedule(ocore, resources['instance'] ?? '', kept['backupDestination'] ?? '');
  const backups = { ...kept, ...scheduled };
  const copies = await addCopyAndTest(ocore, resources['instance'] ?? '', backups['backup'] ?? '');
  const transfer = await addTransfer(ocore, resources['instance'] ?? '', name);
  const person = await personalIds(ocore, owner.email, `${name} key`);
  // Whom others than an Owner may change.
  const subject = await ocore.owner(`${name}-subject`);
  const [member] = await ocore.sql<Record<string, string>>(
    "INSERT INTO memberships (id, org_id, user_id, role_id) SELECT gen_random_uuid(), r.org_id, u.id, r.id FROM roles r, users u WHERE r.org_id = $1 AND r.name = 'Viewer' AND u.email = $2 RETURNING id AS member, user_id AS user",
    [person['organization'], subject.email],
  );
  const [others] = await ocore.sql<Record<string, string>>(shared, [
    person['organization'],
    `${name}-role`,
    member?.['member'],
    resources['project'],
  ]);
  return {
    owner,
    id: person['organization'] ?? '',
    ids: {
      ...resources,
      registry: registry.text('id'),
      ...webhooks,
      ...backups,
      ...transfer,
      ...copies,
      ...person,
      ...member,
      ...others,
    },
  };
}

/** The ids of one organization, beside which those of another stand as `foreign …`. */
export function withForeign(own: Ids, foreign: Ids): Ids {
  return {
    ...own,
    ...Object.fromEntries(Object.entries(foreign).map(([resource, id]) => [`foreign ${resource}`, id])),
  };
}

/** All rows of an organization, to see whether anything of it was changed; that a key is noted as used is no change. */
export async function rowsOf(ocore: Ocore, orgId: string): Promise<string> {
  const tables = await ocore.sql<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'org_id' ORDER BY 1",
  );
  const parts = await Promise.all(
    tables.map(
      async ({ name }) =>
        `${name} ${JSON.stringify((await ocore.sql<{ rows: unknown }>(`SELECT json_agg(to_jsonb(t) - '{last_used_at,last_used_ip}'::text[] ORDER BY to_jsonb(t)->>'id') AS rows FROM "${name}" t WHERE org_id = $1`, [orgId]))[0]?.rows)}`,
    ),
  );
  return parts.join('\n');
}
