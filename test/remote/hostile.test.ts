import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineCalls } from '../../src/remote/docker/calls.ts';
import { cases, HostileFleet, isEndless, reachedBy, type Result } from '../fleet/hostile/cases.ts';
import { misbehavioursOf } from '../fleet/hostile/misbehaviours.ts';
import { finished, type OperationState, Stage } from '../fleet/hostile/stage.ts';
import type { Client } from '../kit/client.ts';
import { inLanes } from '../kit/lanes.ts';
import { MemoryWatch } from '../kit/memory.ts';

const lanes = 40;
/** What a process may hold beyond its start, in MB, while dozens of servers send without end. */
const memoryBound = 600;

let stage: Stage;
let owner: Client;
let environmentId: string;
let neighbour: Client;
let fleet: HostileFleet;
let memory: MemoryWatch;
let results: ReadonlyMap<string, Promise<Result>>;
let going = true;
const neighbours: Promise<OperationState[]>[] = [];

const keyOf = ({ call, name }: { call: string; name: string }): string => `${call}: ${name}`;

/** Somebody else's server, honest and in use all the while. */
async function workOfNeighbour(): Promise<OperationState[]> {
  const done: OperationState[] = [];
  const honest = new HostileFleet(stage, neighbour, await neighbour.environment());
  while (going) {
    const { id, operation } = await honest.instance();
    done.push(operation);
    for (const verb of ['restart', 'stop', 'delete'] as const) {
      const answer = await honest.act(verb, id);
      if (answer.status === 202) done.push(await finished(neighbour, answer.text('operationId')));
    }
  }
  return done;
}

beforeAll(async () => {
  stage = await Stage.start({ WORKER_CONCURRENCY: '400', MONITOR_INTERVAL: '1h', OPERATION_LEASE: '60s' }, [
    // The collector is made to work before memory is short.
    '--max-old-space-size=512',
    '--import',
    './test/fleet/hostile/short-deadlines.ts',
  ]);
  owner = await stage.owner();
  environmentId = await owner.environment();
  neighbour = await stage.owner('neighbour');
  fleet = new HostileFleet(stage, owner, environmentId);
  // What is loaded at the first use is no growth.
  await fleet.instance();
  memory = new MemoryWatch(stage.program.pid);
  const promises = inLanes(cases, lanes, (one) => fleet.run(one));
  results = new Map(cases.map((one, index) => [keyOf(one), promises[index] ?? Promise.reject(new Error('never ran'))]));
  neighbours.push(workOfNeighbour());
});
afterAll(async () => {
  memory?.stop();
  await stage?.stop();
});

it('has a scenario and misbehaviours for every call that the product makes', () => {
  expect(Object.keys(reachedBy)).toEqual(Object.keys(engineCalls));
  expect(new Set(cases.map((one) => one.call))).toEqual(new Set(Object.keys(engineCalls)));
  for (const one of cases)
    expect(misbehavioursOf(one.call).filter(({ everywhere }) => everywhere).length).toBeGreaterThan(10);
});

it.each(['a//b', 'a/../b', 'a/', 'a:', 'a:b:c', 'a@sha256:1', 'odoo:19.0/../../etc', `odoo:${'t'.repeat(129)}`])(
  'refuses the image %s at the door: no request to an engine is made of it',
  async (image) => {
    const serverId = (await owner.get('/servers?limit=1')).text('data.0.id');
    const answer = await owner.post('/instances', {
      name: 'Image',
      serverId,
      environmentId,
      adminEmail: 'admin@example.com',
      image,
    });
    expect([answer.status, answer.at('error.code'), answer.at('error.details.field')]).toEqual([
      400,
      'validation_error',
      'image',
    ]);
  },
);

describe('a server that', () => {
  it.each(cases.map((one) => ({ ...one, key: keyOf(one) })))(
    '$name, asked for $call: its operation ends with a reason',
    async ({ call, misbehaviour, key }) => {
      const result = await results.get(key);
      expect(result?.served, 'the call was reached').toBeGreaterThan(0);
      const { status, error } = result?.operation ?? {};
      if (isEndless({ call, misbehaviour })) return expect(status).toBe('cancelled');
      if (misbehaviour.harmless) expect(['succeeded', 'failed']).toContain(status);
      else expect([status, error?.code]).toEqual(['failed', expect.any(String)]);
      if (status === 'succeeded') return;
      expect(error?.code).toMatch(/^[a-z_]+$/);
      expect(error?.code).not.toBe('internal_error');
      expect(error?.message).not.toBe('');
      expect(error?.message.length).toBeLessThan(5000);
    },
    600_000,
  );
});

describe('meanwhile', () => {
  it('the control plane lives, and nothing escaped that nobody caught', async () => {
    await Promise.allSettled(results.values());
    expect((await fetch(`${stage.program.url}/healthz`)).status).toBe(200);
    expect(stage.program.output).not.toMatch(
      /uncaughtException|unhandledRejection|at process\.processTicksAndRejections \(node:internal.*Unhandled/i,
    );
  }, 600_000);

  it('nobody was talked into asking something on the control plane’s own machine', () => {
    expect(stage.canary.requests).toEqual([]);
  });

  it('no redirect was followed on the server itself, and no call was made that is not in the list', () => {
    expect(stage.engines.flatMap((engine) => engine.unknown)).toEqual([]);
  });

  it('another organization worked on its own server as if nothing were', async () => {
    going = false;
    const done = (await Promise.all(neighbours)).flat();
    expect(done.length).toBeGreaterThan(4);
    expect(done.filter(({ status }) => status !== 'succeeded')).toEqual([]);
  }, 120_000);

  it('the memory of the process stayed within its bound', () => {
    expect(memory.growth).toBeLessThan(memoryBound);
  });
});
