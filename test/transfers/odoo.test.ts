import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import type { Client } from '../kit/client.ts';
import type { Ocore } from '../kit/ocore.ts';
import { copy, inContainer, OdooUser, succeeded } from './kit.ts';

let ocore: Ocore;
let owner: Client;
let server: FleetServer;
let instanceId: string;
let odoo: OdooUser;
let dir: string;

/** What no stand-in of a file has: random bytes, more than a piece of any stream. */
const photo = randomBytes(3 * 1024 * 1024 + 17);

const container = (part: 'odoo' | 'db'): string => `ocore-${instanceId}-${part}`;

it.beforeAll(async ({ ocore: started, owner: person, server: first }) => {
  ocore = started;
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
  const admin = await owner.post(`/instances/${instanceId}/admin-password`);
  const port = (await owner.get(`/instances/${instanceId}`)).at('httpPort');
  odoo = new OdooUser(`http://127.0.0.1:${port}`, 'real_odoo', admin.text('login'), admin.text('password'));
  await odoo.create('res.partner', { name: 'Known Customer Ünïcode' });
  await odoo.create('ir.attachment', { name: 'photo.bin', datas: photo.toString('base64') });
}, 600_000);
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

const contentOf = (id: string): string => `${owner.url}/api/transfers/${id}/content`;
const send = (id: string, offset: number, body: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<Response> =>
  fetch(contentOf(id), {
    method: 'PATCH',
    headers: { ...owner.headers(), 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
    body,
    ...(signal ? { signal } : {}),
  });
const receivedOf = async (id: string): Promise<number> =>
  Number((await fetch(contentOf(id), { method: 'HEAD', headers: owner.headers() })).headers.get('upload-offset'));

async function begin(size: number): Promise<string> {
  const begun = await owner.post(`/instances/${instanceId}/imports`, { sizeBytes: size });
  return (await succeeded(owner, begun)).text('id');
}

/** Uploads a file in parts; gives the id of the transfer. */
async function upload(file: Uint8Array<ArrayBuffer>): Promise<string> {
  const id = await begin(file.length);
  const third = Math.floor(file.length / 3);
  expect((await send(id, 0, file.subarray(0, third))).status).toBe(204);
  // What is sent twice is told where it goes on.
  expect((await send(id, 0, file.subarray(0, third))).status).toBe(409);
  expect(await receivedOf(id)).toBe(third);
  // A line that breaks loses nothing that came before.
  await new Promise<void>((resolve) => {
    const cut = request(
      contentOf(id),
      {
        method: 'PATCH',
        headers: {
          ...owner.headers(),
          'content-type': 'application/offset+octet-stream',
          'upload-offset': String(third),
          'content-length': String(file.length - third),
        },
      },
      () => {},
    );
    cut.on('error', () => resolve());
    cut.write(file.subarray(third, third + 100_000), () => {
      setTimeout(() => cut.destroy(new Error('The line is cut')), 500);
    });
  });
  await expect.poll(() => receivedOf(id), { timeout: 20_000 }).toBeGreaterThan(third);
  for (let offset = await receivedOf(id); offset < file.length; ) {
    const sent = await send(id, offset, file.subarray(offset));
    expect(sent.status).toBe(204);
    offset = Number(sent.headers.get('upload-offset'));
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
  expect([first.status, rest.status, rest.headers.get('content-range')]).toEqual([
    206,
    206,
    `bytes ${half}-${size - 1}/${size}`,
  ]);
  expect((await fetch(url, { headers: { ...owner.headers(), range: `bytes=${size}-` } })).status).toBe(416);
  return Buffer.concat([Buffer.from(await first.arrayBuffer()), Buffer.from(await rest.arrayBuffer())]);
}

it('exports a zip that Odoo’s own `odoo db load` takes, and imports what Odoo’s own `odoo db dump` makes', async () => {
  // Ours, loaded by Odoo itself into another database, which it creates.
  const made = await succeeded(owner, await owner.post(`/instances/${instanceId}/exports`, {}));
  const file = await download(made.text('id'));
  await writeFile(join(dir, 'ours.zip'), file);
  await copy(server, join(dir, 'ours.zip'), `${container('odoo')}:/tmp/ours.zip`);
  const superuser = await inContainer(server, container('db'), ['cat', '/etc/ocore-postgres-password'], {
    user: 'root',
  });
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
  await inContainer(server, container('odoo'), [
    'odoo',
    'db',
    '-c',
    '/etc/odoo/odoo.conf',
    'dump',
    'real_odoo',
    '/tmp/own.zip',
  ]);
  await copy(server, `${container('odoo')}:/tmp/own.zip`, join(dir, 'own.zip'));
  await odoo.create('res.partner', { name: 'Known too late' });
  const id = await upload(new Uint8Array(await readFile(join(dir, 'own.zip'))));
  await succeeded(owner, await owner.post(`/transfers/${id}/import`));
  expect(await odoo.customers('Known')).toEqual(['Known Customer Ünïcode']);
  expect((await odoo.attachment('photo.bin'))?.equals(photo)).toBe(true);
  expect((await owner.get(`/transfers/${id}`)).at('status')).toBe('removed');
  expect(await psql('postgres', 'SELECT datname FROM pg_database ORDER BY 1')).toBe(
    ['postgres', 'real_odoo', 'template0', 'template1'].join('\n'),
  );
}, 400_000);

it('restores a backup after the containers and volumes were destroyed: the known is there byte for byte', async () => {
  const disk = randomUUID();
  await ocore.sql(
    `INSERT INTO backup_destinations (id, org_id, name, destination_type, config, server_id, tested_at, updated_at)
     SELECT $1, org_id, 'Disk', 'local', $2::jsonb, server_id, now(), now() FROM instances WHERE id = $3`,
    [disk, JSON.stringify({ path: dir }), instanceId],
  );
  const environmentId = (await owner.get(`/instances/${instanceId}`)).text('environmentId');
  const backup = await succeeded(
    owner,
    await owner.post(`/environments/${environmentId}/backups`, { destinationId: disk }),
  );
  await odoo.create('res.partner', { name: 'Known too late' });
  const { docker } = server.engine;
  const filters = { label: [`sh.ocore.instance=${instanceId}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters }))
    await docker.getContainer(Id).remove({ force: true, v: true });
  for (const { Name } of (await docker.listVolumes({ filters })).Volumes ?? []) await docker.getVolume(Name).remove();
  await succeeded(owner, await owner.post(`/backups/${backup.text('id')}/restore`, { safetyBackup: false }));
  expect(await odoo.customers('Known')).toEqual(['Known Customer Ünïcode']);
  expect((await odoo.attachment('photo.bin'))?.equals(photo)).toBe(true);
}, 400_000);

/** Zips that are none of Odoo's, made with Python as Odoo's are: what the file is, and what is said of it. */
const hostile: readonly (readonly [name: string, script: string, code: string, message: RegExp])[] = [
  ['a path that leads elsewhere', "z.writestr('filestore/../../evil', 'x')", 'archive_refused', /leads elsewhere/],
  [
    'a symbolic link',
    "i = zipfile.ZipInfo('filestore/aa/link'); i.external_attr = 0o120777 << 16; z.writestr(i, '/etc/passwd')",
    'archive_refused',
    /link or a device/,
  ],
  ['something else', "z.writestr('setup.exe', 'x')", 'archive_refused', /does not belong/],
  [
    'far more data than it says',
    "z.writestr('filestore/aa/big', 'x'); z.filelist[-1].file_size = 1 << 45",
    'disk_space',
    /GB are needed/,
  ],
  ['another release of Odoo', "manifest['major_version'] = '18.0'", 'archive_refused', /made by Odoo 18.0/],
  ['a newer PostgreSQL', "manifest['pg_version'] = '99.1'", 'archive_refused', /from PostgreSQL 99.1/],
  ['a manifest of its own', "manifest = ['odoo']", 'archive_refused', /not what Odoo writes/],
  ['a command of psql', "dump += '\\\\! touch /tmp/owned\\n'", 'archive_refused', /command of psql in line/],
  ['an error half-way', "dump += 'SELECT 1/0;\\n'", 'restore_failed', /division by zero/],
  ['no Odoo in it', '', 'restore_failed', /no database of Odoo/],
];

it('refuses a hostile file with a reason, and what served before serves on', async () => {
  const before = await odoo.customers('Known');
  for (const [name, script, code, message] of hostile) {
    const python = `import json, zipfile
manifest = {'odoo_dump': '1', 'major_version': '19.0', 'pg_version': '17.0', 'modules': {}}
dump = 'CREATE TABLE things (id int);\\nCOPY things (id) FROM stdin;\\n1\\n\\\\.\\n'
with zipfile.ZipFile('/tmp/hostile.zip', 'w') as z:
    ${script || 'pass'}
    z.writestr('dump.sql', dump)
    z.writestr('manifest.json', json.dumps(manifest))
`;
    await inContainer(server, container('odoo'), ['python3', '-c', python]);
    await copy(server, `${container('odoo')}:/tmp/hostile.zip`, join(dir, 'hostile.zip'));
    const file = new Uint8Array(await readFile(join(dir, 'hostile.zip')));
    const id = await begin(file.length);
    expect((await send(id, 0, file)).status).toBe(204);
    const asked = await owner.post(`/transfers/${id}/import`, { safetyBackup: false });
    const ended = await owner.finished(asked.text('operationId'));
    expect([name, ended.at('data.operationUpdated.status'), ended.at('data.operationUpdated.error.code')]).toEqual([
      name,
      'failed',
      code,
    ]);
    expect(ended.text('data.operationUpdated.error.message')).toMatch(message);
    expect((await owner.get(`/instances/${instanceId}`)).at('status')).toBe('running');
    await succeeded(owner, await owner.delete(`/transfers/${id}`));
  }
  expect([...new Set(hostile.map(([, , code]) => code))]).toEqual(['archive_refused', 'disk_space', 'restore_failed']);
  expect(await odoo.customers('Known')).toEqual(before);
  const left = await server.engine.docker.listVolumes({ filters: { label: [`sh.ocore.instance=${instanceId}`] } });
  const parts = (left.Volumes ?? []).map(({ Labels }) => Labels['sh.ocore.part']).filter((part) => part !== 'image');
  expect(parts.sort()).toEqual(['database', 'filestore']);
}, 400_000);
