import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect } from 'vitest';
import { holding, until, waiting } from '../kit/holding.ts';
import { type Receiver, receiverCertificate, receiversAllowed } from '../kit/receiver.ts';
import { WorkerProcess } from '../kit/worker.ts';
import { deliveries, it, newEndpoint } from './fixtures.ts';

it.override('env', { ...receiversAllowed, OCORE_ROLE: 'gateway' });

const env = { ...receiversAllowed, WEBHOOK_TIMEOUT: '60s', NODE_EXTRA_CA_CERTS: receiverCertificate };

/** The ids of the requests about a resource of this name. */
const idsOf = (receiver: Receiver, name: string): unknown[] =>
  receiver.received.filter(({ body }) => body.includes(name)).map(({ headers }) => headers['webhook-id']);

it('sends again, with the same webhook-id, what a killed worker had in its hands', async ({
  ocore,
  owner,
  receiver,
  onTestFinished,
}) => {
  // It takes connections and says nothing.
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const endpoint = await newEndpoint(owner, receiver, { events: ['project.created'] });
  const toSilent = await newEndpoint(owner, { url: `https://127.0.0.1:${port}/` }, { events: ['project.created'] });
  const worker = new WorkerProcess(ocore, env);
  onTestFinished(() => worker.kill());
  await until(async () => receiver.received.length > 0);

  // In the middle of making deliveries of the event, which has committed.
  await holding(ocore, 'LOCK TABLE webhook_endpoints IN ACCESS EXCLUSIVE MODE', [], async () => {
    const client = await owner.post('/projects', { name: 'Dispatched' });
    expect(client.status).toBe(201);
    await until(async () => (await waiting(ocore)) > 0);
    await worker.kill();
  });
  expect(idsOf(receiver, 'Dispatched')).toEqual([]);
  await worker.killAndReplace();
  await until(async () => idsOf(receiver, 'Dispatched').length > 0);

  // On the way: connected, and nothing was said yet.
  await until(async () => sockets.size > 0);
  const before = sockets.size;
  receiver.answer = () => {};
  await owner.post('/projects', { name: 'Received' });
  await until(async () => idsOf(receiver, 'Received').length === 1 && sockets.size > before);
  // Received, and not answered.
  await worker.killAndReplace();
  await until(async () => idsOf(receiver, 'Received').length === 2);
  receiver.answer = (response) => response.end('ok');
  await worker.killAndReplace();
  await until(async () => (await deliveries(owner, endpoint, '?status=pending')).at('data.0') === undefined);

  // Answered, and not recorded.
  await ocore.sql(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.status = 'succeeded' AND EXISTS (SELECT FROM outbox_events e WHERE e.event_id = NEW.event_id AND e.resource_name = 'Answered') THEN PERFORM pg_sleep(600); END IF;
      RETURN NEW; END $$`);
  await ocore.sql('CREATE TRIGGER slow BEFORE UPDATE ON webhook_deliveries FOR EACH ROW EXECUTE FUNCTION slow()');
  await owner.post('/projects', { name: 'Answered' });
  await until(async () => (await ocore.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).length > 0);
  await worker.kill();
  await ocore.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
  await ocore.sql('DROP TRIGGER IF EXISTS slow ON webhook_deliveries');
  await worker.killAndReplace();
  await until(async () => (await deliveries(owner, endpoint, '?status=pending')).at('data.0') === undefined);

  for (const name of ['Dispatched', 'Received', 'Answered'])
    expect([name, new Set(idsOf(receiver, name)).size]).toEqual([name, 1]);
  expect([idsOf(receiver, 'Received').length, idsOf(receiver, 'Answered').length]).toEqual([3, 2]);
  expect(idsOf(receiver, 'Dispatched').length).toBe(1);
  expect((await deliveries(owner, toSilent, '?status=failed')).at('data')).toEqual([]);
}, 300_000);

it('loses nothing and keeps the order while several workers come and go', async ({
  ocore,
  owner,
  receiver,
  onTestFinished,
}) => {
  await newEndpoint(owner, receiver, { events: ['project.updated'] });
  const workers = [new WorkerProcess(ocore, env), new WorkerProcess(ocore, env)];
  onTestFinished(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
  });
  const projects = await Promise.all(
    ['A', 'B', 'C'].map(async (name) => (await owner.post('/projects', { name })).text('id')),
  );
  await until(async () => receiver.received.length > 0);
  const names: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    for (let change = 0; change < 10; change += 1) {
      const name = `Round ${round} change ${change}`;
      names.push(name);
      await Promise.all(
        projects.map((project) => owner.patch(`/projects/${project}`, { name: `${name} of ${project}` })),
      );
      if (change === 5) await workers[round % 2]?.killAndReplace();
    }
  }
  // Events that nobody has looked at yet are no deliveries: what came is what counts.
  const told = () =>
    new Set(receiver.events.filter(({ type }) => type === 'project.updated').map(({ data }) => data.id));
  await until(async () => told().size === names.length * projects.length);
  for (const project of projects) {
    const ofProject = receiver.events.filter(
      ({ type, data }) => type === 'project.updated' && data.resourceId === project,
    );
    // A receiver knows by the id what it had before.
    const first = [...new Map(ofProject.map(({ data }) => [data.id, data.resourceName])).values()];
    expect(first).toEqual(names.map((name) => `${name} of ${project}`));
  }
}, 300_000);
