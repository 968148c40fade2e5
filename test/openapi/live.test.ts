import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Client } from '../kit/client.ts';
import { document, operations } from '../kit/contract.ts';
import { type Fleet, fleetOf } from '../kit/fleet-rows.ts';
import { Ocore } from '../kit/ocore.ts';

let ocore: Ocore;
let owner: Client;
let fleet: Fleet;

beforeAll(async () => {
  ocore = await Ocore.start({ OCORE_ROLE: 'gateway' });
  owner = await ocore.owner();
  fleet = await fleetOf(ocore, owner);
});
afterAll(async () => { await ocore?.stop(); });

const ids = (path: string): string => path.replace(/\{(\w+)\}/g, () => {
  const resource = path.split('/')[1] ?? '';
  const known: Readonly<Record<string, string>> = { servers: fleet.SERVER_ID, projects: fleet.PROJECT_ID, environments: fleet.ENVIRONMENT_ID, instances: fleet.INSTANCE_ID, operations: fleet.OPERATION_ID };
  return known[resource] ?? 'unknown';
});

it('is served as JSON and YAML', async () => {
  expect((await owner.get('/openapi.json')).body).toEqual(document);
  const yaml = await owner.get('/openapi.yaml');
  expect(parse(String(yaml.body))).toEqual(document);
});

// The client holds every answer against the document.
it('tells the truth: what every GET answers has the documented shape', async () => {
  // Log lines are read from the server itself, which is not there.
  const elsewhere = ['/instances/{id}/logs'];
  for (const { method, path } of operations) {
    if (method !== 'get') continue;
    const answer = await owner.get(ids(path));
    expect([path, answer.status]).toEqual([path, elsewhere.includes(path) ? 422 : 200]);
  }
});

it('tells the truth about wrong requests to every route', async () => {
  for (const { method, path } of operations) {
    const answer = await owner.request(method.toUpperCase(), `/api${ids(path)}?nonsense=1`, method === 'get' ? undefined : { nonsense: true });
    expect([method, path, answer.status]).toEqual([method, path, 400]);
    const stranger = await owner.request(method.toUpperCase(), `/api${ids(path)}`, method === 'get' ? undefined : '{"broken', { authorization: 'Bearer nonsense' });
    expect(stranger.status).toBeGreaterThanOrEqual(400);
  }
});
