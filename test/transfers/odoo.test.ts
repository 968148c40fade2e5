import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import type { Client } from '../kit/client.ts';
import { copy, inContainer, OdooUser, succeeded } from './kit.ts';

let owner: Client;
let server: FleetServer;
let instanceId: string;
let odoo: OdooUser;
let dir: string;

/** What no stand-in of a file has: random bytes, more than a piece of any stream. */
const photo = randomBytes(3 * 1024 * 1024 + 17);

const container = (part: 'odoo' | 'db'): string => `ocore-${instanceId}-${part}`;

it.beforeAll(async ({ ocore: _started, owner: person, server: first }) => {
  owner = person;
  server = first;
  dir = await mkdtemp(join(tmpdir(), 'ocore-zip-'));
  const serverId = await owner.activeServer(server);
  const environmentId = await owner.environment();
  const made = await succeeded(
    owner,
    await owner.post('/instances', { name: 'Real Odoo', serverId, environmentId, adminEmail: 'admin@example.com' }),
  );
  instanceId = made.text('id');
  const { login, password } = { ...(await owner.post(`/instances/${instanceId}/admin-password`)).body as object } as { login: string; password: string };
  const port = (await owner.get(`/instances/${instanceId}`)).at('httpPort');
  odoo = new OdooUser(`http://127.0.0.1:${port}`, 'real_odoo', login, password);
  await odoo.create('res.partner', { name: 'Known Customer Ünïcode' });
  await odoo.create('ir.attachment', { name: 'photo.bin', raw: photo.toString('base64') });
}, 300_000);
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** Uploads a file in parts, one of which breaks off; gives the id of the transfer. */
async function upload(file: Buffer): Promise<string> {
  const begun = await succeeded(owner, await owner.post(`/instances/${instanceId}/imports`, { sizeBytes: file.length }));
  const id = begun.text('id');
  const url = `${owner.url}/api/transfers/${id}/content`;
  const send = (offset: number, body: Buffer | ReadableStream): Promise<Response> =>
    fetch(url, {
      method: 'PATCH',
      headers: { ...owner.headers(), 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
      body,
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    } as RequestInit);
  const third = Math.floor(file.length / 3);
  expect((await send(0, file.subarray(0, third))).status).toBe(204);
  // What is sent twice, or too far on, is told where it goes on.
  expect((await send(0, file.subarray(0, third))).status).toBe(409);
  let pieces = 0;
  const breaking = new ReadableStream({
    pull(controller) {
      if (pieces === 3) controller.error(new Error('The line is cut'));
      else {
        controller.enqueue(file.subarray(third + pieces * 1000, third + (pieces + 1) * 1000));
        pieces += 1;
      }
    },
  });
  await send(third, breaking).catch(() => {});
  await expect
    .poll(async () => Number((await fetch(url, { method: 'HEAD', headers: owner.headers() })).headers.get('upload-offset')))
    .toBeGreaterThanOrEqual(third);
  for (let offset = third; offset < file.length; ) {
    const known = Number((await fetch(url, { method: 'HEAD', headers: owner.headers() })).headers.get('upload-offset'));
    const sent = await send(known, file.subarray(known));
    offset = Number(sent.headers.get('upload-offset') ?? known);
  }
  expect((await owner.get(`/transfers/${id}`)).body).toMatchObject({ status: 'ready', receivedBytes: file.length });
  return id;
}

async function download(id: string): Promise<Buffer> {
  const url = `${owner.url}/api/transfers/${id}/content`;
  const size = Number((await owner.get(`/transfers/${id}`)).at('sizeBytes'));
  const half = Math.floor(size / 2);
  const first = await fetch(url, { headers: { ...owner.headers(), range: `bytes=0-${half - 1}` } });
  const rest = await fetch(url, { headers: { ...owner.headers(), range: `bytes=${half}-` } });
  expect([first.status, rest.status, rest.headers.get('content-range')]).toEqual([206, 206, `bytes ${half}-${size - 1}/${size}`]);
  expect((await fetch(url, { headers: { ...owner.headers(), range: `bytes=${size}-` } })).status).toBe(416);
  return Buffer.concat([Buffer.from(await first.arrayBuffer()), Buffer.from(await rest.arrayBuffer())]);
}

it('exports a zip that Odoo’s own `odoo db load` takes, and imports what Odoo’s own `odoo db dump` makes', async () => {
  // Ours, loaded by Odoo itself into another database, which it creates.
  const made = await succeeded(owner, await owner.post(`/instances/${instanceId}/exports`, {}));
  const file = await download(made.text('id'));
  await writeFile(join(dir, 'ours.zip'), file);
  await copy(server, join(dir, 'ours.zip'), `${container('odoo')}:/tmp/ours.zip`);
  const superuser = await inContainer(server, container('db'), ['cat', '/etc/ocore-postgres-password'], { user: 'root' });
  const asSuperuser = ['-c', '/etc/odoo/odoo.conf', '-r', 'postgres', '-w', superuser];
  await inContainer(server, container('odoo'), ['odoo', 'db', ...asSuperuser, 'load', 'loaded', '/tmp/ours.zip']);
  const psql = (database: string, statement: string): Promise<string> =>
    inContainer(server, container('db'), ['psql', '-U', 'postgres', '-d', database, '-Atc', statement]);
  expect(await psql('loaded', "SELECT name FROM res_partner WHERE name LIKE 'Known%'")).toBe('Known Customer Ünïcode');
  const stored = await psql('loaded', "SELECT store_fname FROM ir_attachment WHERE name = 'photo.bin'");
  const sum = await inContainer(server, container('odoo'), ['sha1sum', `/var/lib/odoo/filestore/loaded/${stored}`]);
  expect(sum.split(' ')[0]).toBe(createHash('sha1').update(photo).digest('hex'));
  await inContainer(server, container('odoo'), ['odoo', 'db', ...asSuperuser, 'drop', 'loaded']);

  // Odoo's, imported by us; what was written since is gone afterwards, and what it has is there.
  await inContainer(server, container('odoo'), ['odoo', 'db', '-c', '/etc/odoo/odoo.conf', 'dump', 'real_odoo', '/tmp/own.zip']);
  await copy(server, `${container('odoo')}:/tmp/own.zip`, join(dir, 'own.zip'));
  await odoo.create('res.partner', { name: 'Known too late' });
  const id = await upload(await readFile(join(dir, 'own.zip')));
  await succeeded(owner, await owner.post(`/transfers/${id}/import`));
  expect(await odoo.customers('Known')).toEqual(['Known Customer Ünïcode']);
  expect((await odoo.attachment('photo.bin'))?.equals(photo)).toBe(true);
  expect((await owner.get(`/transfers/${id}`)).at('status')).toBe('removed');
  expect(await psql('postgres', 'SELECT datname FROM pg_database ORDER BY 1')).toBe(
    ['postgres', 'real_odoo', 'template0', 'template1'].join('\n'),
  );
}, 400_000);
