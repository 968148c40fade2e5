import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Client } from '../kit/client.ts';
import { isDeep } from '../kit/depth.ts';
import { it } from '../kit/fixtures.ts';
import { activate } from '../kit/fleet-rows.ts';
import { until } from '../kit/holding.ts';
import { Line } from '../kit/line.ts';
import type { Ocore } from '../kit/ocore.ts';
import { WorkerProcess } from '../kit/worker.ts';

it.override('env', { OCORE_ROLE: 'gateway', SERVER_CONCURRENCY: '1' });
it.override('ownerName', 'administrator');

let ocore: Ocore;
let administrator: Client;
/** Accepts connections and says nothing: whoever validates a server there waits. */
let silent: net.Server;
const held = new Set<net.Socket>();
const workers: WorkerProcess[] = [];

it.beforeAll(({ ocore: started, owner }) => {
  ocore = started;
  administrator = owner;
});
beforeEach(async () => {
  silent = net.createServer((socket) => {
    held.add(socket);
    socket.on('error', () => {});
  });
  await once(silent.listen(0, '127.0.0.1'), 'listening');
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
  for (const socket of held) socket.destroy();
  silent.close();
  await ocore.sql(
    "UPDATE operations SET status = 'failed', finished_at = now(), lease_until = NULL, error_code = 'test' WHERE status IN ('queued', 'running')",
  );
});

function worker(env: Record<string, string> = {}): WorkerProcess {
  const made = new WorkerProcess(ocore, env);
  workers.push(made);
  return made;
}

function silentPort(): number {
  const address = silent.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

let count = 0;
/** A server whose validation hangs; answers its operation. */
async function validation(by: Client, port = silentPort()): Promise<{ id: string; operationId: string }> {
  count += 1;
  const answer = await by.post('/servers', {
    name: `Silent ${count}`,
    host: '127.0.0.1',
    port,
    sshUser: 'root',
    authMethod: 'password',
    sshPassword: 'unused',
  });
  // One that answered there before is waited for longer than a first contact.
  await ocore.sql(
    "UPDATE servers SET validated_address = '127.0.0.1', host_key_fingerprint = 'SHA256:known' WHERE id = $1",
    [answer.text('id')],
  );
  return { id: answer.text('id'), operationId: answer.text('operationId') };
}

const statusOf = async (by: Client, id: string) => (await by.get(`/operations/${id}`)).text('status');
const waits = async (by: Client, id: string) => (await by.get(`/operations/${id}`)).at('waitingFor');
const jobs = (id: string) => ocore.sql('SELECT state FROM pgboss.job WHERE id = $1', [id]);

it('cancels what is queued at once, though no worker lives, and says what it waited for', async () => {
  const owner = await ocore.owner();
  const { id, operationId } = await validation(owner);
  expect(await waits(owner, operationId)).toBe('no worker is running');
  expect(await jobs(operationId)).toEqual([{ state: 'created' }]);
  expect((await owner.post(`/operations/${operationId}/cancel`)).status).toBe(202);
  const operation = await owner.get(`/operations/${operationId}`);
  expect([
    operation.at('status'),
    operation.at('error.code'),
    operation.at('steps.0.status'),
    operation.at('waitingFor'),
  ]).toEqual(['cancelled', 'cancelled', 'skipped', null]);
  expect((await owner.get(`/servers/${id}`)).at('status')).toBe('pending');
  expect(await jobs(operationId)).toEqual([]);
  const again = await owner.post(`/operations/${operationId}/cancel`);
  expect([again.status, again.at('error.code')]).toEqual([409, 'invalid_state']);
  const trail = await owner.get(`/audit-logs?limit=100`);
  expect(JSON.stringify(trail.body)).toContain('operation.cancelled');
});

it('lets no organization take more than half of a worker’s slots, so that another finds one free', async () => {
  const greedy = await ocore.owner('greedy');
  const modest = await ocore.owner('modest');
  const many: { id: string; operationId: string }[] = [];
  for (let i = 0; i < 4; i += 1) many.push(await validation(greedy));
  worker({ WORKER_CONCURRENCY: '2', OPERATION_LEASE: '10s' });
  await until(async () => (await statusOf(greedy, many[0]?.operationId ?? '')) === 'running');
  await until(async () => (await waits(greedy, many[1]?.operationId ?? '')) === 'other operations of the organization');
  const one = await validation(modest);
  await until(async () => (await statusOf(modest, one.operationId)) === 'running');
  expect(await statusOf(greedy, many[0]?.operationId ?? '')).toBe('running');
  const late = await validation(await ocore.owner('late'));
  // Both slots are taken: the third organization goes before the second operation of the first.
  await greedy.post(`/operations/${many[0]?.operationId}/cancel`);
  await until(
    async () =>
      (await ocore.sql("SELECT 1 FROM operations WHERE id = $1 AND status = 'running'", [late.operationId])).length > 0,
  );
  expect(await statusOf(greedy, many[1]?.operationId ?? '')).toBe('queued');
}, 180_000);

it('does as many things at once on a server as the operator says, and others on another server meanwhile', async () => {
  const owner = await ocore.owner();
  const { id: serverId } = await validation(owner);
  await activate(ocore, serverId);
  const environmentId = await owner.environment();
  const create = async (name: string): Promise<string> =>
    (await owner.post('/instances', { name, serverId, environmentId, adminEmail: 'admin@example.com' })).text(
      'operationId',
    );
  const [first, second] = [await create('First'), await create('Second')];
  worker({ SERVER_CONCURRENCY: '1' });
  await until(async () => (await statusOf(owner, first)) === 'running');
  // It was queued after the second, which a worker would have taken before it.
  const elsewhere = await validation(owner);
  await until(async () => (await statusOf(owner, elsewhere.operationId)) === 'running');
  expect([await statusOf(owner, first), await statusOf(owner, second)]).toEqual(['running', 'queued']);
  // What is waited for is looked up now and then only.
  await until(async () => (await waits(owner, second)) === '1 other operation on this server');
}, 180_000);

it('does one thing at a time with a server, and nothing to it by force while something else is done there', async () => {
  const owner = await ocore.owner();
  const { id, operationId } = await validation(owner);
  const again = await owner.post(`/servers/${id}/validate`);
  expect([again.status, again.at('error.code'), again.at('error.details.id')]).toEqual([
    409,
    'operation_in_progress',
    id,
  ]);
  expect(again.headers.get('retry-after')).toBe('5');
  await owner.post(`/operations/${operationId}/cancel`);
  await activate(ocore, id);
  const instance = await owner.post('/instances', {
    name: 'Still made',
    serverId: id,
    environmentId: await owner.environment(),
    adminEmail: 'admin@example.com',
  });
  await ocore.sql("UPDATE servers SET status = 'unreachable' WHERE id = $1", [id]);
  const name = (await owner.get(`/servers/${id}`)).text('name');
  const forced = await owner.delete(`/servers/${id}`, { force: true, confirmName: name });
  expect([forced.status, forced.at('error.code'), forced.at('error.details.id')]).toEqual([
    409,
    'operation_in_progress',
    instance.text('id'),
  ]);
});

it('is cancelled by the administrator of the installation, whose ever it is', async () => {
  const owner = await ocore.owner();
  const { operationId } = await validation(owner);
  const refused = await owner.post(`/admin/jobs/${operationId}/cancel`);
  expect([refused.status, refused.at('error.code')]).toEqual([403, 'forbidden']);
  worker();
  await until(async () => (await statusOf(owner, operationId)) === 'running');
  expect((await administrator.post(`/admin/jobs/${operationId}/cancel`)).status).toBe(202);
  expect((await owner.finished(operationId)).at('data.operationUpdated.status')).toBe('cancelled');
  const missing = await administrator.post('/admin/jobs/0197a1ee-3b9a-7283-ae21-7f1d3c5b8a76/cancel');
  expect([missing.status, missing.at('error.code')]).toEqual([404, 'not_found']);
}, 180_000);

it.runIf(isDeep)(
  'ends an operation whose step took five workers in a row with it; workers that were ended properly do not count',
  async () => {
    const owner = await ocore.owner();
    const { id, operationId } = await validation(owner);
    const attempt = async () =>
      (await ocore.sql<{ attempt: number }>('SELECT attempt FROM operations WHERE id = $1', [operationId]))[0]
        ?.attempt ?? 0;
    const crashes = async () =>
      (await ocore.sql<{ crashes: number }>('SELECT crashes FROM operations WHERE id = $1', [operationId]))[0]?.crashes;
    /** Starts a worker and waits until it has begun. */
    const begun = async (): Promise<WorkerProcess> => {
      const before = await attempt();
      const made = worker({ OPERATION_LEASE: '6s' });
      await until(async () => (await attempt()) > before);
      return made;
    };
    for (let n = 1; n <= 2; n += 1) await (await begun()).end();
    expect(await crashes()).toBe(0);
    // Each counts when the next worker finds that it is gone.
    for (let n = 0; n <= 5 && (await crashes()) !== 5; n += 1) await (await begun()).kill();
    worker({ OPERATION_LEASE: '6s' });
    const operation = await owner.finished(operationId);
    expect([
      operation.at('data.operationUpdated.status'),
      operation.at('data.operationUpdated.error.code'),
      operation.at('data.operationUpdated.steps.0.status'),
    ]).toEqual(['failed', 'worker_crashed', 'failed']);
    expect((await owner.get(`/servers/${id}`)).at('status')).toBe('unreachable');
    expect(await jobs(operationId)).toEqual([]);
  },
  240_000,
);

it('takes over from a worker that fell asleep in the middle of a transaction, which held the operation’s row', async () => {
  const owner = await ocore.owner();
  const { operationId } = await validation(owner);
  const line = await Line.start(Number(new URL(ocore.running.databaseUrl).port));
  const url = new URL(ocore.running.databaseUrl);
  url.port = String(line.port);
  try {
    worker({ DATABASE_URL: url.href });
    await until(async () => (await statusOf(owner, operationId)) === 'running');
    // As a worker that is stopped: what it began stays begun, and PostgreSQL hears nothing of it.
    let holders: unknown[] = [];
    await until(async () => {
      line.hold();
      holders = await ocore.sql(
        "SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction' AND query LIKE '%FOR UPDATE%'",
      );
      if (holders.length === 0) line.release('late');
      return holders.length > 0;
    });
    worker();
    await until(
      async () => (await ocore.sql('SELECT 1 FROM operations WHERE id = $1 AND attempt > 1', [operationId])).length > 0,
    );
    await owner.post(`/operations/${operationId}/cancel`);
    expect((await owner.finished(operationId)).at('data.operationUpdated.status')).toBe('cancelled');
  } finally {
    await line.stop();
  }
}, 180_000);

it('brings jobs and operations together again, whatever took them apart', async () => {
  const owner = await ocore.owner();
  const [first, second] = [await validation(owner), await validation(owner)];
  await ocore.sql('DELETE FROM pgboss.job WHERE id = $1', [first.operationId]);
  await ocore.sql("UPDATE pgboss.job SET state = 'active' WHERE id = $1", [second.operationId]);
  worker();
  for (const { operationId } of [first, second])
    await until(async () => (await statusOf(owner, operationId)) === 'running');
}, 120_000);
