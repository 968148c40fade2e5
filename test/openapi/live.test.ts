import { expect } from 'vitest';
import { parse } from 'yaml';
import type { Client } from '../kit/client.ts';
import { document, operations } from '../kit/contract.ts';
import { type Fleet, fleetOf } from '../kit/fleet-rows.ts';
import { it } from '../kit/fixtures.ts';
import {
  addBackup,
  addCopyAndTest,
  addDeployment,
  addReplica,
  addRepository,
  addSchedule,
  addTransfer,
  addWebhook,
} from '../kit/two-orgs.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let owner: Client;
let fleet: Fleet;

it.beforeAll(async ({ ocore, owner: started }) => {
  owner = started;
  fleet = await fleetOf(ocore, owner);
});

/** The path with ids of what there is. */
async function filled(path: string): Promise<string> {
  const [first = '', second = ''] = path.split('/').slice(1);
  const listed = async (list: string): Promise<string> => (await owner.get(list)).text('data.0.id');
  const known: Readonly<Record<string, () => Promise<string>>> = {
    servers: async () => fleet.SERVER_ID,
    projects: async () => fleet.PROJECT_ID,
    environments: async () => fleet.ENVIRONMENT_ID,
    instances: async () => fleet.INSTANCE_ID,
    operations: async () => fleet.OPERATION_ID,
    members: () => listed('/members'),
    roles: () => listed('/roles'),
    'api-keys': () => listed('/api-keys'),
    backups: () => listed('/backups'),
    'backup-destinations': () => listed('/backup-destinations'),
    'backup-schedules': () => listed(`/environments/${fleet.ENVIRONMENT_ID}/backup-schedules`),
    'backup-alerts': () => listed('/backup-alerts'),
    'restore-tests': () => listed(`/environments/${fleet.ENVIRONMENT_ID}/restore-tests`),
    transfers: () => listed(`/instances/${fleet.INSTANCE_ID}/transfers`),
    registries: () => listed('/registries'),
    repositories: () => listed(`/projects/${fleet.PROJECT_ID}/repositories`),
    'branch-mappings': () => listed(`/projects/${fleet.PROJECT_ID}/branch-mappings`),
    deployments: () => listed('/deployments'),
    'webhook-endpoints': () => listed('/webhook-endpoints'),
    'webhook-deliveries': async () => listed(`/webhook-endpoints/${await listed('/webhook-endpoints')}/deliveries`),
    users: () => listed('/admin/users'),
    orgs: () => listed('/admin/orgs'),
  };
  const id = path.includes('{') ? await known[first === 'admin' ? second : first]?.() : undefined;
  const replica = path.includes('{replicaId}')
    ? await listed(`/instances/${fleet.INSTANCE_ID}/database/replicas`)
    : undefined;
  return path.replace('{replicaId}', replica ?? '').replace(/\{\w+\}/g, id ?? '0197a1f0-0000-7000-8000-000000000000');
}

it('is served as JSON and YAML', async () => {
  expect((await owner.get('/openapi.json')).body).toEqual(document);
  const yaml = await owner.get('/openapi.yaml');
  expect(parse(String(yaml.body))).toEqual(document);
});

// The client holds every answer against the document.
it('tells the truth: what every GET answers has the documented shape', async ({ ocore }) => {
  await owner.post('/api-keys', { name: 'CI', permissions: ['view:servers'] });
  await owner.post('/registries', { host: 'ghcr.io', username: 'puller', password: 'secret' });
  await addWebhook(ocore, owner, 'live');
  const backupOf = { environmentId: fleet.ENVIRONMENT_ID, instanceId: fleet.INSTANCE_ID };
  const kept = await addBackup(ocore, owner, backupOf, 'live');
  await addSchedule(ocore, fleet.INSTANCE_ID, kept['backupDestination'] ?? '');
  await addTransfer(ocore, fleet.INSTANCE_ID, 'live');
  await addCopyAndTest(ocore, fleet.INSTANCE_ID, kept['backup'] ?? '');
  await addReplica(ocore, fleet.INSTANCE_ID);
  await addRepository(ocore, owner, fleet.PROJECT_ID, fleet.ENVIRONMENT_ID, 'live');
  await addDeployment(ocore, fleet.INSTANCE_ID);
  // Log lines are read from the server itself, which is not there; a person is no key; no provider is set up.
  const elsewhere: Readonly<Record<string, number>> = {
    '/instances/{id}/logs': 422,
    '/instances/{id}/database': 422,
    '/instances/{id}/database/tables': 422,
    '/instances/{id}/database/queries': 422,
    '/instances/{id}/database/backends': 422,
    '/instances/{id}/database/locks': 422,
    '/instances/{id}/database/config': 422,
    '/instances/{id}/database/users': 422,
    '/instances/{id}/mails': 422,
    '/instances/{id}/mails/{mailId}': 422,
    // The server that would read them is not there, and what is read has to be named.
    '/backups/{id}/files': 422,
    '/backups/{id}/files/content': 400,
    '/projects/{id}/branch-destination': 400,
    // It is an upload that is not complete.
    '/transfers/{id}/content': 409,
    '/api-keys/current': 404,
    '/auth/oauth/{provider}': 404,
  };
  for (const { method, path } of operations) {
    if (method !== 'get') continue;
    const answer = await owner.get(await filled(path));
    expect([path, answer.status]).toEqual([path, elsewhere[path] ?? 200]);
  }
});

it('tells the truth about wrong requests to every route', async () => {
  for (const { method, path, operation } of operations) {
    const answer = await owner.request(
      method.toUpperCase(),
      `/api${await filled(path)}?nonsense=1`,
      method === 'get' ? undefined : { nonsense: true },
    );
    expect([method, path, answer.status]).toEqual([method, path, 400]);
    const stranger = await owner.request(
      method.toUpperCase(),
      `/api${await filled(path)}`,
      method === 'get' ? undefined : '{"broken',
      { authorization: 'Bearer nonsense' },
    );
    // What needs no credentials is not spoilt by wrong ones.
    const isPublic = Array.isArray(operation['security']) && operation['security'].length === 0;
    if (isPublic && method === 'get') expect(stranger.status).not.toBe(401);
    else expect(stranger.status).toBeGreaterThanOrEqual(400);
  }
});
