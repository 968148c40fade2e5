import { afterAll, expect } from 'vitest';
import { loadSmallImages } from '../bench/small-images.ts';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import { puller, Registry } from '../fleet/registry.ts';
import { registryPort } from '../fleet/slot.ts';
import type { Answer, Client } from '../kit/client.ts';
import type { Ocore } from '../kit/ocore.ts';

it.override('env', { POSTGRES_IMAGE: 'small-postgres:19.0' });

let ocore: Ocore;
let owner: Client;
let server: FleetServer;
let registry: Registry;
let image: string;
let serverId: string;
let environmentId: string;

it.beforeAll(async ({ ocore: started, owner: person, server: first }) => {
  ocore = started;
  owner = person;
  server = first;
  await loadSmallImages(server.engine.docker, 1);
  registry = await Registry.start({ port: registryPort + 2, asks: true });
  image = await registry.take(server.engine.docker, 'small-odoo:19.0', 1);
  serverId = await owner.activeServer(server);
  environmentId = await owner.environment();
}, 120_000);
afterAll(() => registry?.stop());

/** How it ended: its status, or the code of its error. */
async function endOf(answer: Answer, field = 'operationId'): Promise<unknown> {
  const operation = await owner.finished(answer.text(field));
  return operation.at('data.operationUpdated.error.code') ?? operation.at('data.operationUpdated.status');
}
/** What the image of the container that serves is, by the engine. */
async function imageIdOf(instanceId: string): Promise<string> {
  return (await server.engine.docker.getContainer(`ocore-${instanceId}-odoo`).inspect()).Image;
}
const register = (by: Client, password: string): Promise<Answer> =>
  by.post('/registries', { host: `HTTP://${registry.address}/`, username: puller.username, password });

it('pulls an image of a registry that asks with the credentials of the organization, and with no others', async () => {
  // Another organization's credentials are no help.
  expect((await register(await ocore.owner('stranger'), puller.password)).status).toBe(201);
  const made = await owner.post('/instances', {
    name: 'Private',
    serverId,
    environmentId,
    image,
    adminEmail: 'admin@example.com',
  });
  expect(await endOf(made)).toBe('registry_auth_failed');

  const wrong = await register(owner, 'wrong');
  expect(wrong.at('host')).toBe(registry.address);
  const second = await owner.post(`/operations/${made.text('operationId')}/retry`);
  expect(await endOf(second, 'id')).toBe('registry_auth_failed');
  expect((await owner.patch(`/registries/${wrong.text('id')}`, { password: puller.password })).status).toBe(200);
  expect(await endOf(await owner.post(`/operations/${second.text('id')}/retry`), 'id')).toBe('succeeded');
  const id = made.text('id');
  const digest = (await owner.get(`/instances/${id}`)).text('imageDigest');
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);

  // The tag means another image now. What runs stays, until somebody asks for the newer one.
  const old = await imageIdOf(id);
  await registry.take(server.engine.docker, 'small-odoo:19.0', 1);
  await server.engine.docker.getImage(old).tag({ repo: image.replace(/:19\.0$/, ''), tag: '19.0' });
  expect(await endOf(await owner.patch(`/instances/${id}`, { logLevel: 'warn' }))).toBe('succeeded');
  expect([await imageIdOf(id), (await owner.get(`/instances/${id}`)).at('imageDigest')]).toEqual([old, digest]);
  expect(await endOf(await owner.patch(`/instances/${id}`, { pullImage: true }))).toBe('succeeded');
  const newer = (await owner.get(`/instances/${id}`)).text('imageDigest');
  expect([newer === digest, (await imageIdOf(id)) === old]).toEqual([false, false]);
  const { RepoDigests } = await server.engine.docker.getImage(await imageIdOf(id)).inspect();
  expect(RepoDigests.some((text: string) => text.endsWith(newer))).toBe(true);

  const kept = await ocore.sql(
    `SELECT 1 FROM (SELECT to_jsonb(t)::text AS text FROM operations t UNION ALL SELECT to_jsonb(t)::text FROM operation_logs t
     UNION ALL SELECT to_jsonb(t)::text FROM operation_steps t UNION ALL SELECT to_jsonb(t)::text FROM audit_entries t
     UNION ALL SELECT to_jsonb(t)::text FROM outbox_events t UNION ALL SELECT to_jsonb(t)::text FROM registries t) rows WHERE text LIKE $1`,
    [`%${puller.password}%`],
  );
  expect(kept).toEqual([]);

  expect((await owner.delete(`/registries/${wrong.text('id')}`)).status).toBe(200);
  expect(await endOf(await owner.patch(`/instances/${id}`, { pullImage: true }))).toBe('registry_auth_failed');
  expect((await owner.get(`/instances/${id}`)).body).toMatchObject({ status: 'running', imageDigest: newer });
}, 400_000);
