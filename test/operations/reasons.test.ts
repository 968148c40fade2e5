import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, expect } from 'vitest';
import { FakeEngine } from '../fleet/hostile/engine.ts';
import { head } from '../fleet/hostile/http-connection.ts';
import type { Misbehaviour } from '../fleet/hostile/misbehaviours.ts';
import { PublishedPorts } from '../fleet/hostile/published-ports.ts';
import { chunk, frame, streamHead } from '../fleet/hostile/streams.ts';
import { portRange } from '../fleet/slot.ts';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { until } from '../kit/holding.ts';
import type { Ocore } from '../kit/ocore.ts';
import { WorkerProcess } from '../kit/worker.ts';

const env = { ALLOW_LOCAL_SERVER: 'true' };
it.override('env', { OCORE_ROLE: 'gateway', ...env });

let ocore: Ocore;
let owner: Client;
let environmentId: string;
const ports = new PublishedPorts();
const engines: FakeEngine[] = [];
const workers: WorkerProcess[] = [];

it.beforeAll(async ({ ocore: started, owner: person }) => {
  ocore = started;
  owner = person;
  environmentId = await owner.environment();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((one) => one.kill()));
});
afterAll(() => {
  for (const engine of engines) engine.close();
  ports.close();
});

function worker(more: Record<string, string> = {}): WorkerProcess {
  const made = new WorkerProcess(ocore, { ...env, ...more });
  workers.push(made);
  return made;
}

/** An engine in memory, which is honest but for what a test makes it do. */
async function newEngine(): Promise<FakeEngine> {
  const engine = await FakeEngine.listen(join(ocore.dir, `engine-${engines.length}`, 'docker.sock'), ports);
  engines.push(engine);
  return engine;
}

interface End {
  status: unknown;
  code: unknown;
  message: unknown;
}
async function endOf(answer: Answer, field = 'operationId'): Promise<End> {
  const operation = await owner.finished(answer.text(field));
  const at = (path: string) => operation.at(`data.operationUpdated.${path}`);
  return { status: at('status'), code: at('error.code'), message: at('error.message') };
}
const succeeded = { status: 'succeeded', code: undefined, message: undefined };

const register = ({ socket }: FakeEngine): Promise<Answer> =>
  owner.post('/servers', { name: `Local ${engines.length}`, kind: 'local', dockerSocket: socket });

/** A server with this engine, validated. */
async function activeServer(engine: FakeEngine): Promise<string> {
  const made = await register(engine);
  expect(await endOf(made)).toEqual(succeeded);
  return made.text('id');
}

let count = 0;
/** An instance with whose requests the engine does as it is told, or honestly. */
async function create(
  engine: FakeEngine,
  serverId: string,
  { plot, ...more }: { image?: string; plot?: Parameters<FakeEngine['expectInstance']>[1] } = {},
): Promise<Answer> {
  count += 1;
  const body = { name: `Instance ${count}`, serverId, environmentId, adminEmail: 'admin@example.com', ...more };
  const answer = await owner.post('/instances', body);
  engine.expectInstance(answer.text('id'), plot ?? null);
  return answer;
}

const left = ({ state }: FakeEngine): number[] => [state.containers.size, state.networks.size, state.volumes.size];
const nothing = [0, 0, 0];

it('refuses a server whose engine is older than Docker 20.10', async () => {
  worker();
  const engine = await newEngine();
  const text = JSON.stringify({ Version: '19.03.15', ApiVersion: '1.40' });
  const misbehaviour: Misbehaviour = {
    name: 'is an old one',
    serve: ({ socket }) => {
      socket.end(`${head('200 OK', { 'Content-Length': String(text.length) })}${text}`);
    },
  };
  engine.everywhere = { call: 'version', misbehaviour };
  const made = await register(engine);
  expect(await endOf(made)).toEqual({
    status: 'failed',
    code: 'docker_too_old',
    message: 'Docker 19.03.15 is too old; 20.10 or newer is needed',
  });
  // It was upgraded.
  engine.everywhere = undefined;
  expect(await endOf(await owner.post(`/servers/${made.text('id')}/validate`))).toEqual(succeeded);
});

it('names an image that no registry has, and leaves nothing behind', async () => {
  worker();
  const engine = await newEngine();
  const made = await create(engine, await activeServer(engine), { image: 'missing/odoo:19.0' });
  expect(await endOf(made)).toEqual({
    status: 'failed',
    code: 'image_not_found',
    message: expect.stringContaining('pull access denied for missing/odoo'),
  });
  expect((await owner.get(`/instances/${made.text('id')}`)).at('status')).toBe('failed');
  expect(left(engine)).toEqual(nothing);
});

it('says when a server has no port left, and goes on when one is given back', async () => {
  const port = portRange.split('-')[1] ?? '';
  worker({ PORT_RANGE: `${port}-${port}` });
  const engine = await newEngine();
  const serverId = await activeServer(engine);
  const first = await create(engine, serverId);
  expect(await endOf(first)).toEqual(succeeded);
  const second = await create(engine, serverId);
  expect(await endOf(second)).toEqual({
    status: 'failed',
    code: 'no_free_port',
    message: `All ports in ${port}-${port} are in use on this server`,
  });
  expect(await endOf(await owner.delete(`/instances/${first.text('id')}`))).toEqual(succeeded);
  expect(await endOf(await owner.post(`/operations/${second.text('operationId')}/retry`), 'id')).toEqual(succeeded);
  expect((await owner.get(`/instances/${second.text('id')}`)).at('httpPort')).toBe(Number(port));
});

it('tells what PostgreSQL says when it does not do what it is asked to', async () => {
  worker();
  const engine = await newEngine();
  const misbehaviour: Misbehaviour = {
    name: 'runs psql, which fails',
    serve: ({ socket }) => {
      for (const exec of engine.state.execs.values()) if (exec.argv[0] === 'psql') exec.exitCode = 1;
      socket.write(head('101 UPGRADED', { Connection: 'Upgrade', Upgrade: 'tcp' }));
      socket.end(frame(2, 'psql:<stdin>:2: ERROR:  the catalogue is broken\n'));
    },
  };
  const made = await create(engine, await activeServer(engine), { plot: { call: 'startExec', misbehaviour } });
  expect(await endOf(made)).toEqual({
    status: 'failed',
    code: 'database_error',
    message: expect.stringContaining('the catalogue is broken'),
  });
  expect(left(engine)).toEqual(nothing);
});

it('does not start an instance with empty volumes in place of its own', async () => {
  worker();
  const engine = await newEngine();
  const made = await create(engine, await activeServer(engine));
  const path = `/instances/${made.text('id')}`;
  expect(await endOf(made)).toEqual(succeeded);
  expect(await endOf(await owner.post(`${path}/stop`))).toEqual(succeeded);
  // Somebody pruned the server.
  engine.state.containers.clear();
  engine.state.volumes.clear();
  expect(await endOf(await owner.post(`${path}/start`))).toEqual({
    status: 'failed',
    code: 'data_missing',
    message: expect.stringContaining('The data of the instance no longer exists'),
  });
  expect(engine.state.containers.size).toBe(0);
});

/** Lets the engine begin a pull of the image that does not end; gives its connection once it has begun. */
function endlessPull(engine: FakeEngine, image: string): Promise<Socket> {
  const begun = Promise.withResolvers<Socket>();
  const event = { status: 'Downloading', id: 'a1b2c3d4e5f6', progressDetail: { current: 1_000_000, total: 4_000_000 } };
  const misbehaviour: Misbehaviour = {
    name: 'does not end',
    serve: ({ socket }) => {
      socket.write(streamHead('application/json'));
      socket.write(chunk(`${JSON.stringify(event)}\r\n`));
      begun.resolve(socket);
    },
  };
  engine.expectImage(image, { call: 'pullImage', misbehaviour });
  return begun.promise;
}

it('ends a pull in the middle of which it is cancelled, and leaves nothing behind', async () => {
  worker();
  const engine = await newEngine();
  const image = 'registry.test/large-odoo:19.0';
  const begun = endlessPull(engine, image);
  const made = await create(engine, await activeServer(engine), { image });
  const socket = await begun;
  const ended = new Promise((resolve) => {
    socket.once('end', resolve);
    socket.once('close', resolve);
  });
  const operation = `/operations/${made.text('operationId')}`;
  await until(async () => (await owner.get(operation)).at('steps.1.message') === `${image}: Downloading 1 of 4 MB`);
  expect((await owner.post(`${operation}/cancel`)).status).toBe(202);
  expect(await endOf(made)).toMatchObject({ status: 'cancelled', code: 'cancelled' });
  const steps = ['steps.0.status', 'steps.1.status', 'steps.2.status'];
  const last = await owner.get(operation);
  expect(steps.map((step) => last.at(step))).toEqual(['succeeded', 'cancelled', 'skipped']);
  // The engine goes on with a pull for as long as somebody listens.
  await ended;
  expect(left(engine)).toEqual(nothing);
});

it('goes on with the next worker where one was ended in the middle of a step, however long its lease was', async () => {
  // The next worker would have to wait for so long if the first had kept it.
  const lease = { OPERATION_LEASE: '1h' };
  const first = worker(lease);
  const engine = await newEngine();
  const image = 'registry.test/another-odoo:19.0';
  const begun = endlessPull(engine, image);
  const made = await create(engine, await activeServer(engine), { image });
  await begun;
  expect(await first.end()).toBe(0);
  const operation = `/operations/${made.text('operationId')}`;
  expect((await owner.get(operation)).at('status')).toBe('running');
  engine.state.images.add(image);
  worker(lease);
  expect(await endOf(made)).toEqual(succeeded);
  expect(await ocore.sql('SELECT attempt, crashes FROM operations WHERE id = $1', [made.text('operationId')])).toEqual([
    { attempt: 2, crashes: 0 },
  ]);
});
