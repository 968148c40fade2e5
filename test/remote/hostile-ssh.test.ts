import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listeners } from '../fleet/hostile/listeners.ts';
import type { Misbehaviour } from '../fleet/hostile/misbehaviours.ts';
import { commandForMetrics, commandOf, metrics, shells } from '../fleet/hostile/shells.ts';
import { finished, type OperationState, Stage, stateOf } from '../fleet/hostile/stage.ts';
import type { Client } from '../kit/client.ts';
import { until } from '../kit/holding.ts';
import { MemoryWatch } from '../kit/memory.ts';

let stage: Stage;
let owner: Client;
let memory: MemoryWatch;
const validations = new Map<string, Promise<OperationState>>();
const closers: (() => void)[] = [];

beforeAll(async () => {
  stage = await Stage.start({ WORKER_CONCURRENCY: '40', MONITOR_INTERVAL: '2s' });
  owner = await stage.owner();
  const engine = await stage.engine();
  await stage.activeServer(owner, engine);
  memory = new MemoryWatch(stage.program.pid);
  const validate = async (name: string, server: Record<string, unknown>): Promise<void> => {
    const { operationId } = await stage.register(owner, engine, server);
    validations.set(name, finished(owner, operationId));
    validations.get(name)?.catch(() => {});
  };
  for (const listener of listeners) {
    const { port, close } = await listener.listen();
    closers.push(close);
    await validate(listener.name, { port });
  }
  for (const [index, shell] of shells.entries())
    await validate(shell.name, { sshPrivateKey: await stage.sshd.authorize(await commandOf(shell, stage.dir, index)) });
});
afterAll(async () => {
  memory?.stop();
  for (const close of closers) close();
  await stage?.stop();
});

function expectReason(operation: OperationState | undefined): void {
  expect(operation?.status).toBe('failed');
  expect(operation?.error?.code).toMatch(/^[a-z_]+$/);
  expect(operation?.error?.code).not.toBe('internal_error');
  expect(operation?.error?.message).not.toBe('');
  expect(operation?.error?.message.length).toBeLessThan(5000);
}

describe('in place of an sshd, something that', () => {
  it.each(listeners)(
    '$name: the validation ends with a reason',
    async ({ name }) => {
      expectReason(await validations.get(name));
    },
    300_000,
  );
});

describe('a server whose shell', () => {
  it.each(shells)(
    '$name: the validation ends with a reason',
    async ({ name, harmless }) => {
      const operation = await validations.get(name);
      if (!harmless || operation?.status !== 'succeeded') expectReason(operation);
    },
    300_000,
  );

  it('stays silent for ever: a cancel ends the validation', async () => {
    const engine = await stage.engine();
    const reached = join(stage.dir, 'silent');
    const { operationId } = await stage.register(owner, engine, {
      sshPrivateKey: await stage.sshd.authorize(`touch ${reached}; sleep 600`),
    });
    await until(async () => existsSync(reached));
    await owner.post(`/operations/${operationId}/cancel`);
    expect((await finished(owner, operationId)).status).toBe('cancelled');
  }, 120_000);
});

it.each(metrics)(
  'metrics $name make a server unreachable, and only that one',
  async ({ runs }) => {
    const engine = await stage.engine();
    const honest = await stage.activeServer(owner, engine);
    const command = await commandForMetrics(
      runs,
      stage.dir,
      metrics.findIndex((one) => one.runs === runs),
    );
    const { id, operationId } = await stage.register(owner, engine, {
      sshPrivateKey: await stage.sshd.authorize(command),
    });
    expect((await finished(owner, operationId)).status).toBe('succeeded');
    await until(async () => (await owner.get(`/servers/${id}`)).at('status') === 'unreachable');
    // A sentence for a person, with nothing of the program's own.
    expect((await owner.get(`/servers/${id}`)).text('statusMessage')).toMatch(/^[^\n{}[\]]{1,500}$/);
    const seen = (await owner.get(`/servers/${honest}`)).at('lastSeenAt');
    await until(async () => (await owner.get(`/servers/${honest}`)).at('lastSeenAt') !== seen);
    expect((await owner.get(`/servers/${honest}`)).at('status')).toBe('active');
  },
  240_000,
);

it('servers that fall silent keep no other server from being watched', async () => {
  const engine = await stage.engine();
  const crowd = await stage.owner('crowd');
  const sshPrivateKey = await stage.sshd.authorize(await commandForMetrics('sleep 600', stage.dir, metrics.length));
  const silent = await Promise.all(Array.from({ length: 30 }, () => stage.register(crowd, engine, { sshPrivateKey })));
  const validated = await Promise.all(silent.map(({ operationId }) => finished(crowd, operationId)));
  expect(new Set(validated.map(({ status }) => status))).toEqual(new Set(['succeeded']));
  // Neither of somebody else, nor of the same organization. With a place for twenty at a time, thirty that wait for their
  // time-outs would hold all of them.
  for (const watched of [await stage.owner('watched'), crowd]) {
    const serverId = await stage.activeServer(watched, engine);
    for (let seen = 0; seen < 5; seen += 1) {
      const last = (await watched.get(`/servers/${serverId}`)).at('lastSeenAt');
      await until(async () => (await watched.get(`/servers/${serverId}`)).at('lastSeenAt') !== last);
    }
    expect((await watched.get(`/servers/${serverId}`)).at('status')).toBe('active');
  }
  for (const { id } of silent) await crowd.delete(`/servers/${id}`);
}, 120_000);

it('sixty validations that stall keep nobody else’s server from being validated, and a cancel frees them', async () => {
  const stalling: Misbehaviour = { name: 'never answers', serve: () => {} };
  const hog = await stage.owner('hog');
  const stalled = await Promise.all(
    Array.from({ length: 60 }, async () => {
      const engine = await stage.engine();
      engine.everywhere = { call: 'version', misbehaviour: stalling };
      return { engine, operationId: (await stage.register(hog, engine)).operationId };
    }),
  );
  // As many as may are at it.
  await until(async () => stalled.filter(({ engine }) => engine.served('version') > 0).length >= 20);
  const other = await stage.owner('other');
  await stage.activeServer(other, await stage.engine());
  // A stall ends by itself in the end: these are still under way, or wait.
  const before = await Promise.all(stalled.map(({ operationId }) => stateOf(hog, operationId)));
  expect(before.filter(({ status }) => ['queued', 'running'].includes(status)).length).toBeGreaterThan(0);
  await Promise.all(stalled.map(({ operationId }) => hog.post(`/operations/${operationId}/cancel`)));
  const after = await Promise.all(stalled.map(({ operationId }) => finished(hog, operationId)));
  expect(new Set(after.map(({ status }) => status)).difference(new Set(['cancelled', 'failed']))).toEqual(new Set());
  expect(after.filter(({ status }) => status === 'cancelled').length).toBeGreaterThan(0);
}, 240_000);

it('has lived through all of it, within its memory', async () => {
  await Promise.allSettled(validations.values());
  expect((await fetch(`${stage.program.url}/healthz`)).status).toBe(200);
  expect(stage.canary.requests).toEqual([]);
  expect(memory.growth).toBeLessThan(600);
}, 300_000);
