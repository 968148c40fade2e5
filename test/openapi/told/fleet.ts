import { expect } from 'vitest';
import { z } from 'zod';
import { ids } from '../../../rest/openapi/shared-examples.ts';
import type { Client } from '../../kit/client.ts';
import { activate, endOperations, settle } from '../../kit/fleet-rows.ts';
import { running, type Scene } from './scene.ts';
import { exampleOf } from './story.ts';

/** Projects with their environments. */
export async function tellProjects({ story }: Scene, ada: Client): Promise<void> {
  await story.tell('POST /projects', ada);
  await story.tell('GET /projects', ada);
  await story.tell('GET /projects/{id}', ada);
  await story.tell('PATCH /projects/{id}', ada);
  await story.tell('POST /projects/{id}/archive', ada);
  await story.tell('POST /projects/{id}/unarchive', ada);
  const staging = await story.tell('POST /projects/{id}/environments', ada, {
    body: { name: 'staging', type: 'staging', deletionProtected: false },
    free: ['environmentType'],
  });
  expect((await ada.delete(`/environments/${staging.text('id')}`)).status).toBe(200);
  await story.tell('POST /environments', ada);
  await story.tell('GET /environments', ada);
  await story.tell('GET /environments/{id}', ada);
  await story.tell('PATCH /environments/{id}', ada);
}

/** What only a worker with a server could have found out. */
const found = `UPDATE servers SET host_key_fingerprint = 'SHA256:FylsK2MLx2p0Q7mZs9Rk4TtYwVbN1cDfGhJjLlPpQ3s', presented_fingerprint = 'SHA256:FylsK2MLx2p0Q7mZs9Rk4TtYwVbN1cDfGhJjLlPpQ3s', os_name = 'Debian GNU/Linux', os_version = '12',
  kernel = '6.1.0-28-amd64', architecture = 'x86_64', docker_version = '28.2.2', cpu_cores = 8, ram_total_bytes = 17179869184, disk_total_bytes = 160, disk_available_bytes = 120, last_seen_at = now() WHERE id = $1`;
const measured = `INSERT INTO server_metrics (org_id, server_id, cpu_load_1m, cpu_load_5m, cpu_load_15m, cpu_usage_percent, ram_total_bytes, ram_used_bytes, ram_available_bytes, disk_total_bytes, disk_used_bytes, disk_available_bytes, network_rx_bytes, network_tx_bytes, uptime_seconds)
  SELECT org_id, id, 0.4, 0.3, 0.2, 5.2, 16, 6, 10, 160, 40, 120, 1, 1, 60 FROM servers WHERE id = $1`;

/** A server: without a worker it waits where each request puts it. */
export async function tellServers({ story, ocore }: Scene, ada: Client): Promise<void> {
  const id = (await story.tell('POST /servers', ada)).text('id');
  await activate(ocore, id);
  await ocore.sql(found, [id]);
  await ocore.sql(measured, [id]);
  await story.tell('PUT /servers/{id}/projects', ada, {
    free: ['ramTotalBytes', 'diskTotalBytes', 'diskAvailableBytes', 'presentedFingerprint'],
  });
  await story.tell('GET /servers', ada);
  await story.tell('GET /servers/{id}', ada);
  await story.tell('GET /servers/{id}/metrics', ada);
  await story.tell('GET /servers/{id}/metrics/latest', ada);
  // What needs no connection is done at once.
  const connection = {
    host: undefined,
    port: undefined,
    sshUser: undefined,
    authMethod: undefined,
    sshPrivateKey: undefined,
    maxSshSessions: undefined,
  };
  await story.tell('PATCH /servers/{id}', ada, { body: connection });
  await story.tell('PATCH /servers/{id}', ada);
  await activate(ocore, id);
  await story.tell('POST /servers/{id}/validate', ada);
  await activate(ocore, id);
  await story.tell('POST /servers/{id}/accept-host-key', ada);
  await activate(ocore, id);
}

const steps = z.object({ steps: z.array(z.object({ name: z.string(), title: z.string() })) });
const stepsOf = (operation: unknown): unknown => steps.parse(operation).steps;

/** What the database is created with, which an instance that was provisioned keeps. */
const creation = [...['odooVersion', 'edition', 'image', 'language', 'country', 'demo', 'modules', 'adminEmail']];

/** Everything that needs another container. */
const created = Object.fromEntries(creation.map((name) => [name, undefined]));
const settings = Object.fromEntries(
  [
    ...['workers', 'limitMemorySoft', 'limitMemoryHard', 'limitTimeCpu', 'limitTimeReal', 'maxCronThreads', 'logLevel'],
    ...['envVars', 'cpuLimit', 'memoryLimit', 'processLimit'],
    ...['databaseCpuLimit', 'databaseMemoryLimit', 'databaseProcessLimit'],
    ...creation,
  ].map((name) => [name, undefined]),
);

/** An instance and what is done with it, each request from the state that it is for. */
export async function tellInstances({ story, ocore }: Scene, ada: Client): Promise<void> {
  await story.tell('GET /odoo/languages', ada);
  await story.tell('GET /odoo/countries', ada);
  const made = await story.tell('POST /instances', ada);
  const id = made.text('id');
  await ocore.sql(
    "INSERT INTO operation_logs (operation_id, seq, step, level, message) VALUES ($1, 1, 'pull_images', 'info', 'Pulling odoo:19.0')",
    [made.text('operationId')],
  );
  await story.tell('GET /operations', ada, { query: '?kind=instance.provision' });
  const shown = await story.tell('GET /operations/{id}', ada);
  // The example tells of a provisioning: its steps are the real ones, in their order.
  expect(stepsOf(exampleOf('GET /operations/{id}', 200))).toEqual(stepsOf(shown.body));
  await story.tell('GET /operations/{id}/logs', ada);
  await settle(ocore, id);
  await ocore.sql('UPDATE instances SET http_port = 20000, longpolling_port = 20001 WHERE id = $1', [id]);
  await story.tell('GET /instances', ada);
  await story.tell('GET /instances/{id}', ada);
  await story.tell('POST /instances/{id}/admin-password', ada);
  // What needs no container is done at once.
  await story.tell('PATCH /instances/{id}', ada, { body: settings });
  for (const change of [
    'POST /instances/{id}/reset-admin-password',
    'PATCH /instances/{id}',
    'POST /instances/{id}/restart',
    'POST /instances/{id}/stop',
    'POST /instances/{id}/start',
    'POST /instances/{id}/provision',
  ]) {
    await ocore.sql('UPDATE instances SET status = $2 WHERE id = $1', [
      id,
      change.endsWith('/start') || change.endsWith('/provision') ? 'stopped' : 'running',
    ]);
    await story.tell(change, ada, change.startsWith('PATCH') ? { body: created } : {});
    await endOperations(ocore, id);
  }
  const again = await story.tell('POST /operations/{id}/retry', ada);
  await running(ocore, again.text('id'));
  await story.tell('POST /operations/{id}/cancel', ada);
  await endOperations(ocore, id);
  await tellDatabase({ story, ocore }, ada, id);
}

const readOnce = `INSERT INTO database_metrics (org_id, instance_id, size_bytes, connections, max_connections, active, idle_in_transaction, waiting, longest_transaction_seconds, commits, rollbacks, blocks_hit, blocks_read, deadlocks, temp_bytes)
  SELECT org_id, id, 52428800, 12, 100, 1, 0, 0, 0.2, 1, 1, 1, 1, 0, 0 FROM instances WHERE id = $1`;

/** As a worker leaves it. */
const rehearsed = (operationId: string): object => ({
  operationId,
  status: 'succeeded',
  fromImage: 'postgres:17',
  targetVersion: 18,
  targetImage: 'postgres:18',
  reason: null,
  message: null,
  finishedAt: new Date().toISOString(),
  dumpSeconds: 21.4,
  loadSeconds: 48.2,
  checkSeconds: 9.1,
  startSeconds: 12.6,
  tables: 612,
  databaseBytes: 41_943_040,
});

/** What of its database needs no server. */
async function tellDatabase({ story, ocore }: Pick<Scene, 'story' | 'ocore'>, ada: Client, id: string): Promise<void> {
  await ocore.sql(readOnce, [id]);
  await story.tell('GET /instances/{id}/database/metrics', ada);
  await story.tell('GET /instances/{id}/database/presets', ada);
  for (const [change, status] of [
    ['PATCH /instances/{id}/database/config', 'stopped'],
    ['PATCH /instances/{id}/database/config', 'running'],
    ['PUT /instances/{id}/database/pooler', 'stopped'],
    ['PUT /instances/{id}/database/pooler', 'running'],
    ['DELETE /instances/{id}/database/pooler', 'stopped'],
    ['DELETE /instances/{id}/database/pooler', 'running'],
    ['POST /instances/{id}/database/rotate-password', 'running'],
    ['POST /instances/{id}/database/maintenance', 'running'],
    ['POST /instances/{id}/database/upgrade/rehearsal', 'running'],
  ] as const) {
    await ocore.sql("UPDATE instances SET status = $2, database_settings = '{}', database_pooler = $3 WHERE id = $1", [
      id,
      status,
      change.startsWith('DELETE') ? { image: 'edoburu/pgbouncer', poolSize: 20, maxClients: 500 } : null,
    ]);
    await story.tell(change, ada, status === 'stopped' ? { free: ['status', 'message'] } : {});
    await endOperations(ocore, id);
  }
  await ocore.sql('UPDATE instances SET database_rehearsal = $2 WHERE id = $1', [id, rehearsed(id)]);
  await story.tell('GET /instances/{id}/database/upgrade', ada);
  await story.tell('POST /instances/{id}/database/upgrade', ada);
  await endOperations(ocore, id);
  await ocore.sql("UPDATE instances SET status = 'running', database_rehearsal = NULL WHERE id = $1", [id]);
}

/** What goes when nothing depends on it any more. */
export async function tellFleetEnd({ story, ocore }: Scene, ada: Client): Promise<void> {
  const id = (await ada.get('/instances')).text('data.0.id');
  await settle(ocore, id);
  await story.tell('DELETE /instances/{id}', ada);
  await ocore.sql("UPDATE instances SET status = 'removed' WHERE id = $1", [id]);
  await endOperations(ocore, id);
  await story.tell('DELETE /servers/{id}', ada);
  await ada.patch(`/environments/${story.real(ids.environment)}`, { deletionProtected: false });
  await story.tell('DELETE /environments/{id}', ada);
  await story.tell('DELETE /projects/{id}', ada);
}
