import { afterAll, expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import type { Client } from '../kit/client.ts';
import { WorkerProcess } from '../kit/worker.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let worker: WorkerProcess;
let owner: Client;
let server: FleetServer;
let serverId: string;
let environmentId: string;

it.beforeAll(async ({ ocore, owner: person, server: first }) => {
  owner = person;
  server = first;
  worker = new WorkerProcess(ocore);
  serverId = await owner.activeServer(server);
  environmentId = await owner.environment();
});
afterAll(async () => {
  await worker?.kill();
});

/** Waits until the monitor has found the server well again, for only then it takes new instances. */
const well = () =>
  expect.poll(async () => (await owner.get(`/servers/${serverId}`)).at('status'), { timeout: 60_000 }).toBe('active');
const create = (name: string) =>
  owner.post('/instances', { name, serverId, environmentId, adminEmail: 'admin@example.com' });

async function containersOf(instanceId: string): Promise<number> {
  return (
    await server.engine.docker.listContainers({ all: true, filters: { label: [`sh.ocore.instance=${instanceId}`] } })
  ).length;
}

it('goes on after the worker was killed in every step, and makes nothing twice', async () => {
  const answer = await create('Often killed');
  const killedIn = new Set<number>();
  let last: unknown;
  for await (const event of owner.subscribe(
    'subscription ($id: ID!) { operationUpdated(id: $id) { status error { message } steps { status } } }',
    { id: answer.text('operationId') },
  )) {
    last = event.at('data.operationUpdated.status');
    for (let step = 0; step < 7; step += 1) {
      if (event.at(`data.operationUpdated.steps.${step}.status`) !== 'running' || killedIn.has(step)) continue;
      killedIn.add(step);
      await worker.killAndReplace();
    }
  }
  expect(last).toBe('succeeded');
  expect(killedIn.size).toBeGreaterThanOrEqual(5);
  expect(await containersOf(answer.text('id'))).toBe(2);
  const { Volumes } = await server.engine.docker.listVolumes({
    filters: { label: [`sh.ocore.instance=${answer.text('id')}`] },
  });
  expect(Volumes?.length).toBe(3);
  const instance = await owner.get(`/instances/${answer.text('id')}`);
  expect((await fetch(`${instance.text('url')}/web/login`)).status).toBe(200);
}, 240_000);

it('goes on after the SSH connection was cut in the middle of the database initialisation', async () => {
  const answer = await create('Cut off');
  let cut = false;
  let last: unknown;
  for await (const event of owner.subscribe(
    'subscription ($id: ID!) { operationUpdated(id: $id) { status steps { status } } }',
    { id: answer.text('operationId') },
  )) {
    last = event.at('data.operationUpdated.status');
    if (event.at('data.operationUpdated.steps.4.status') === 'running' && !cut) {
      cut = true;
      await server.sshd.cut();
    }
  }
  expect([cut, last]).toEqual([true, 'succeeded']);
  expect(await containersOf(answer.text('id'))).toBe(2);
}, 180_000);

it('takes the next port when another program has the first', async ({ ocore }) => {
  const { createServer } = await import('node:net');
  const used = await ocore.sql<{ port: number }>('SELECT max(port) AS port FROM port_allocations');
  const next = (used[0]?.port ?? 0) + 1;
  const squatter = createServer().listen(next, '0.0.0.0');
  try {
    const answer = await create('Port taken');
    expect((await owner.finished(answer.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
    expect((await owner.get(`/instances/${answer.text('id')}`)).at('httpPort')).toBe(next + 1);
  } finally {
    squatter.close();
  }
}, 120_000);

it('fails with the reason when Docker is stopped, and can be retried when it is back', async () => {
  await well();
  // The monitor, which is in the worker, would tell it before anybody could try.
  worker.signal('SIGSTOP');
  await server.engine.stop();
  const answer = await create('No Docker');
  worker.signal('SIGCONT');
  const operation = await owner.finished(answer.text('operationId'));
  expect(operation.at('data.operationUpdated.status')).toBe('failed');
  expect(operation.at('data.operationUpdated.error.code')).toBe('docker_unavailable');
  await server.engine.start();
  const retried = await owner.post(`/operations/${answer.text('operationId')}/retry`);
  expect((await owner.finished(retried.text('id'))).at('data.operationUpdated.status')).toBe('succeeded');
}, 180_000);

it('keeps an instance stopped that was stopped after its containers had ended with an engine', async () => {
  const found = (await owner.get('/instances?search=No%20Docker')).text('data.0.id');
  const containers = ['odoo', 'db'].map((part) => server.engine.docker.getContainer(`ocore-${found}-${part}`));
  for (const container of containers) {
    // Ended by nobody's wish, and not started again yet: as an engine finds its containers when it comes up.
    await container.update({ RestartPolicy: { Name: 'no' } });
    process.kill((await container.inspect()).State.Pid, 'SIGKILL');
    await container.wait();
    await container.update({ RestartPolicy: { Name: 'unless-stopped' } });
  }
  const runs = () => Promise.all(containers.map(async (container) => (await container.inspect()).State.Running));
  const done = async (verb: string) =>
    (await owner.finished((await owner.post(`/instances/${found}/${verb}`)).text('operationId'))).at(
      'data.operationUpdated.status',
    );
  expect(await done('stop')).toBe('succeeded');
  await server.engine.stop();
  await server.engine.start();
  expect(await runs()).toEqual([false, false]);
  expect(await done('start')).toBe('succeeded');
  await server.engine.stop();
  await server.engine.start();
  await expect.poll(runs).toEqual([true, true]);
}, 180_000);

it('fails with the reason when sshd is down at the start, and can be retried when it is back', async () => {
  await well();
  worker.signal('SIGSTOP');
  await server.sshd.down();
  const answer = await create('No sshd');
  worker.signal('SIGCONT');
  expect(answer.status).toBe(202);
  const operation = await owner.finished(answer.text('operationId'));
  expect(operation.at('data.operationUpdated.error.code')).toBe('ssh_unreachable');
  await server.sshd.start();
  const retried = await owner.post(`/operations/${answer.text('operationId')}/retry`);
  expect((await owner.finished(retried.text('id'))).at('data.operationUpdated.status')).toBe('succeeded');
}, 180_000);
