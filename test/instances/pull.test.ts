import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, expect } from 'vitest';
import { Engine } from '../fleet/engine.ts';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import { Registry } from '../fleet/registry.ts';
import { fleetDir } from '../fleet/slot.ts';
import type { Client } from '../kit/client.ts';
import type { Ocore } from '../kit/ocore.ts';
import { WorkerProcess } from '../kit/worker.ts';

const run = promisify(execFile);
const small = `${fleetDir}/engine-small`;

let registry: Registry;
it.override('env', async ({ server }) => {
  registry = await Registry.start();
  return { OCORE_ROLE: 'gateway', POSTGRES_IMAGE: await registry.take(server.engine.docker, 'postgres:17') };
});

let ocore: Ocore;
let worker: WorkerProcess;
let owner: Client;
let server: FleetServer;
let environmentId: string;

it.beforeAll(async ({ ocore: started, owner: person, server: first }) => {
  ocore = started;
  owner = person;
  server = first;
  worker = new WorkerProcess(ocore);
  environmentId = await owner.environment();
});
afterAll(async () => {
  await worker?.kill();
  await registry?.stop();
});

const create = async (name: string, serverId: string) =>
  owner.post('/instances', { name, serverId, environmentId, adminEmail: 'admin@example.com' });
const query =
  'subscription ($id: ID!) { operationUpdated(id: $id) { status error { code message } steps { name status progress message } } }';

it('shows the progress of a pull, and goes on after the worker was killed in the middle of it', async () => {
  const serverId = await owner.activeServer(server);
  const answer = await create('Pulled', serverId);
  const messages = new Set<unknown>();
  let killed = false;
  let last: unknown;
  for await (const event of owner.subscribe(query, { id: answer.text('operationId') })) {
    const pull = 'data.operationUpdated.steps.1';
    last = event.at('data.operationUpdated.status');
    if (event.at(`${pull}.status`) === 'running' && Number(event.at(`${pull}.progress`)) > 0)
      messages.add(event.at(`${pull}.message`));
    if (messages.size === 1 && !killed) {
      killed = true;
      await worker.killAndReplace();
    }
  }
  expect([killed, last]).toEqual([true, 'succeeded']);
  expect([...messages].some((message) => /\d+ of \d+ MB/.test(String(message)))).toBe(true);
  const containers = await server.engine.docker.listContainers({
    all: true,
    filters: { label: [`sh.ocore.instance=${answer.text('id')}`] },
  });
  expect(containers.length).toBe(2);
}, 240_000);

it('says that the disk is full, and leaves nothing behind', async () => {
  // A disk too small for the image: a real file system of its own, which the engine fills.
  await mkdir(small, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', small]);
  const engine = new Engine(small, 4);
  try {
    await engine.start();
    // Registered with the large engine, because validation refuses a full disk; then the small one stands in its place.
    const serverId = await owner.activeServer({ ...server, name: 'full' });
    await ocore.sql('UPDATE servers SET docker_socket = $2 WHERE id = $1::uuid', [serverId, engine.socket]);
    const answer = await create('No room', serverId);
    const operation = await owner.finished(answer.text('operationId'));
    expect(operation.at('data.operationUpdated.error.code')).toBe('disk_full');
    expect(operation.text('data.operationUpdated.error.hint')).toContain('Free space');
    expect((await engine.docker.listContainers({ all: true })).length).toBe(0);
    expect((await owner.get(`/instances/${answer.text('id')}`)).at('status')).toBe('failed');
  } finally {
    await engine.stop();
    await run('umount', ['-R', '-l', small]);
  }
}, 120_000);
