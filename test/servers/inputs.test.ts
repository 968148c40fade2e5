import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { it } from '../kit/fixtures.ts';
import { newSshKey } from '../kit/ssh-key.ts';

// Nothing connects anywhere: what is asked is what may be registered, and how it is stored.
it.override('env', { OCORE_ROLE: 'gateway' });

const run = promisify(execFile);
const pair = newSshKey();
const body = (more: object = {}) => ({
  name: `Server ${Math.random()}`,
  host: '192.0.2.7',
  sshUser: 'root',
  sshPrivateKey: pair.private,
  ...more,
});

it.for([
  ['2001:db8::7', '2001:db8::7', 'http://[2001:db8::7]:20000'],
  ['2001:DB8:0:0:0:0:0:7', '2001:db8::7', 'http://[2001:db8::7]:20000'],
  ['[2001:db8::7]', '2001:db8::7', 'http://[2001:db8::7]:20000'],
  ['fe80::1%eth0', 'fe80::1%eth0', 'http://[fe80::1]:20000'],
  ['[fe80::1%25eth0]', 'fe80::1%eth0', 'http://[fe80::1]:20000'],
  ['::ffff:192.0.2.7', '192.0.2.7', 'http://192.0.2.7:20000'],
  ['192.0.2.7', '192.0.2.7', 'http://192.0.2.7:20000'],
  ['berlin_1.example.com', 'berlin_1.example.com', 'http://berlin_1.example.com:20000'],
  ['berlin.example.com.', 'berlin.example.com.', 'http://berlin.example.com.:20000'],
  ['bücher.example', 'xn--bcher-kva.example', 'http://xn--bcher-kva.example:20000'],
])('takes the host %s, and shows a valid URL of its instances', async ([given, stored, url], { ocore, owner }) => {
  const made = await owner.post('/servers', body({ host: given }));
  expect(made.status).toBe(202);
  expect((await owner.get(`/servers/${made.text('id')}`)).at('host')).toBe(stored);
  await ocore.sql("UPDATE servers SET status = 'active' WHERE id = $1", [made.text('id')]);
  const instance = await owner.post('/instances', {
    name: `Instance ${Math.random()}`,
    serverId: made.text('id'),
    environmentId: await owner.environment(),
    adminEmail: 'admin@example.com',
  });
  await ocore.sql('UPDATE instances SET http_port = 20000 WHERE id = $1', [instance.text('id')]);
  const shown = (await owner.get(`/instances/${instance.text('id')}`)).text('url');
  expect(shown).toBe(url);
  expect(new URL(shown).port).toBe('20000');
});

it.for([
  ['192.0.2.7:22', /must not contain a port/],
  ['berlin.example.com:2222', /must not contain a port/],
  ['[2001:db8::7]:22', /must not contain a port/],
  ['root@berlin.example.com', /must not contain a user/],
  ['ssh://berlin.example.com', /without a URL/],
  ['a..b', /host name/],
  ['.example.com', /host name/],
  ['-berlin', /host name/],
  [`${'a'.repeat(64)}.example.com`, /host name/],
  ['2001:db8:::7', /host name/],
  ['berlin example', /host name/],
] as const)('refuses the host %s and says why', async ([host, message], { owner }) => {
  const answer = await owner.post('/servers', body({ host }));
  expect([answer.status, answer.at('error.details.field')]).toEqual([400, 'host']);
  expect(answer.text('error.message')).toMatch(message);
});

it('takes the line of ssh-keygen -lf as a fingerprint, at registration and for a changed key', async ({
  ocore,
  owner,
}) => {
  const fingerprint = `SHA256:${'Ab1+'.repeat(10)}xyz`;
  const line = `256 ${fingerprint} root@berlin (ED25519)\n`;
  const made = await owner.post('/servers', body({ hostKeyFingerprint: line }));
  const id = made.text('id');
  expect((await owner.get(`/servers/${id}`)).at('hostKeyFingerprint')).toBe(fingerprint);
  await owner.post(`/operations/${made.text('operationId')}/cancel`);
  await ocore.sql("UPDATE servers SET presented_fingerprint = $2, status = 'unreachable' WHERE id = $1", [
    id,
    `SHA256:${'c'.repeat(43)}`,
  ]);
  const other = `3072 SHA256:${'c'.repeat(43)} berlin (RSA)`;
  expect((await owner.post(`/servers/${id}/accept-host-key`, { fingerprint: other })).status).toBe(202);
  for (const wrong of ['MD5:00:11', `${line}${line}`, 'SHA256:short'])
    expect(
      (await owner.post('/servers', body({ hostKeyFingerprint: wrong }))).at('error.details.field'),
      JSON.stringify(wrong),
    ).toBe('hostKeyFingerprint');
});

it('says what a key is that cannot be used, and never repeats it', async ({ owner }) => {
  const dir = await mkdtemp(join(tmpdir(), 'ocore-keys-'));
  const file = join(dir, 'key');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'a passphrase', '-f', file]);
  await run('ssh-keygen', ['-q', '-t', 'rsa', '-m', 'PEM', '-N', 'a passphrase', '-f', `${file}-pem`]);
  const [encrypted, pem] = await Promise.all([file, `${file}-pem`].map((name) => readFile(name, 'utf8')));
  await rm(dir, { recursive: true });
  const ppk = 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a\nPublic-Lines: 2\n';
  const rows: [string | undefined, RegExp][] = [
    [pair.public, /is a public key/],
    ['-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----', /is a public key/],
    [encrypted, /passphrase/],
    [pem, /passphrase/],
    ['-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIBvTBXBgkqhkiG\n-----END ENCRYPTED PRIVATE KEY-----', /passphrase/],
    [ppk, /PuTTY/],
    [pair.private.slice(0, 120), /is cut off/],
    ['/root/.ssh/id_ed25519', /the text of a private key/],
    ['-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----', /Ed25519, ECDSA or RSA/],
  ];
  for (const [sshPrivateKey, message] of rows) {
    const answer = await owner.post('/servers', body({ sshPrivateKey }));
    expect([answer.status, answer.at('error.details.field')], String(message)).toEqual([400, 'sshPrivateKey']);
    expect(answer.text('error.message')).toMatch(message);
    expect(answer.text('error.message')).not.toContain(sshPrivateKey?.slice(5, 25));
  }
});

it('takes a key with the line breaks of Windows, with escaped ones, in quotes, and without any', async ({ owner }) => {
  for (const [index, sshPrivateKey] of [
    pair.private.replaceAll('\n', '\r\n'),
    pair.private.replaceAll('\n', '\\n'),
    JSON.stringify(pair.private),
    ` ${pair.private.replaceAll('\n', ' ')} `,
  ].entries())
    expect((await owner.post('/servers', body({ sshPrivateKey }))).status, String(index)).toBe(202);
});

it('changes the socket of the engine, and validates the server again', async ({ owner }) => {
  const made = await owner.post('/servers', body());
  await owner.post(`/operations/${made.text('operationId')}/cancel`);
  const changed = await owner.patch(`/servers/${made.text('id')}`, { dockerSocket: '/run/user/1000/docker.sock' });
  expect([changed.status, typeof changed.at('operationId')]).toEqual([202, 'string']);
  expect((await owner.get(`/servers/${made.text('id')}`)).at('dockerSocket')).toBe('/run/user/1000/docker.sock');
});
