import { execFile } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineCallName } from '../../src/remote/docker/calls.ts';
import type { Misbehaviour } from '../fleet/hostile/misbehaviours.ts';
import { Stage } from '../fleet/hostile/stage.ts';
import { firstSshPort, fleetDir } from '../fleet/slot.ts';
import { Sshd } from '../fleet/sshd.ts';
import { SshUser } from '../fleet/ssh-user.ts';
import type { Answer, Client } from '../kit/client.ts';

const run = promisify(execFile);
let stage: Stage;
let owner: Client;
let plain: SshUser;
const sshds: Sshd[] = [];

beforeAll(async () => {
  stage = await Stage.start({ MONITOR_INTERVAL: '1h' });
  owner = await stage.owner();
  plain = await SshUser.create('plain');
});
afterAll(async () => {
  for (const sshd of sshds) await sshd.stop();
  await plain?.remove();
  await stage?.stop();
});

/** Registers a server and waits for its validation. */
async function validated(server: Record<string, unknown>): Promise<Answer> {
  const { operationId } = await stage.register(owner, await stage.engine(), server);
  return owner.get(`/operations/${operationId}?wait=60`);
}

async function otherSshd(name: string, settings: readonly string[]): Promise<Sshd> {
  const sshd = new Sshd(join(fleetDir, `sshd-${name}`), firstSshPort + 6, settings);
  for (const earlier of sshds.splice(0)) await earlier.stop();
  sshds.push(sshd);
  await sshd.prepare();
  await sshd.start();
  return sshd;
}
const at = (sshd: Sshd) => ({ port: sshd.port, sshPrivateKey: sshd.privateKey });

it.each([
  ['greets without a line break', 'printf Welcome; eval "$SSH_ORIGINAL_COMMAND"'],
  ['says farewell and ends with a code of its own', 'eval "$SSH_ORIGINAL_COMMAND"; printf Bye; exit 3'],
  ['is tcsh', 'exec tcsh -c "$SSH_ORIGINAL_COMMAND"'],
  ['is fish', 'exec fish -c "$SSH_ORIGINAL_COMMAND"'],
])(
  'can be used when its shell %s',
  async (_what, command) => {
    const operation = await validated({ sshPrivateKey: await stage.sshd.authorize(command) });
    expect([operation.at('status'), operation.at('error')]).toEqual(['succeeded', null]);
  },
  60_000,
);

it.each([
  ['.bashrc exits', 'exit 0', /ended with exit code 0 before .* printed nothing/, /must print ok.*\.bashrc/],
  ['.bashrc replaces the shell', 'exec fish', /before the command of oCore, and printed nothing/, /exec/],
  ['user has no shell', '/usr/sbin/nologin', /no login shell \(nologin\)/, /usermod -s/],
  ['user transfers files only', 'internal-sftp', /internal-sftp/, /ForceCommand/],
  [
    'root is told to be somebody else (cloud-init)',
    'echo \'Please login as the user "ubuntu" rather than the user "root".\';echo;sleep 10;exit 142',
    /root run commands; its user is ubuntu/,
    /Set sshUser to ubuntu/,
  ],
  [
    'password has expired',
    'echo "WARNING: Your password has expired." >&2; exit 1',
    /password .* has expired/,
    /change/,
  ],
  ['shell says something else', 'echo "Account 7 is locked"; exit 9', /exit code 9 .*“Account 7 is locked”/, /echo ok/],
])(
  'says what is wrong when its %s',
  async (_what, command, message, hint) => {
    const operation = await validated({ sshPrivateKey: await stage.sshd.authorize(command) });
    expect(operation.at('error.code')).toBe('shell_unusable');
    expect(operation.text('error.message')).toMatch(message);
    expect(operation.text('error.hint')).toMatch(hint);
  },
  60_000,
);

it('says why a user may not use Docker, and works by sudo with any socket', async () => {
  const refused = async (): Promise<unknown> => {
    const operation = await validated({ sshUser: plain.name });
    return [operation.at('error.code'), operation.at('error.message')];
  };
  const mayNot = (reason: string) => [
    'docker_permission',
    expect.stringMatching(new RegExp(`may not use the Docker socket /.*, and ${reason}`)),
  ];
  expect(await refused()).toEqual(mayNot('sudo (asks for a password|is not allowed)'));
  await plain.allowSudo({ requiretty: true });
  expect(await refused()).toEqual(mayNot('sudo requires a terminal \\(requiretty\\)'));
  await plain.allowSudo({ requiretty: false });
  expect((await validated({ sshUser: plain.name })).at('error')).toBe(null);
}, 120_000);

it('names the setting of sshd that stands in the way, and works without the forwarding of sockets', async () => {
  const ended = async (setting: string): Promise<unknown> =>
    (await validated(at(await otherSshd('narrow', [setting])))).at('error.code') ?? null;
  expect(await ended('AllowTcpForwarding no')).toBe('ssh_forwarding_refused');
  expect(await ended('PermitOpen none')).toBe('ssh_forwarding_refused');
  expect(await ended('MaxSessions 1')).toBe('ssh_sessions_refused');
  expect(await ended('AllowStreamLocalForwarding no')).toBe(null);
}, 120_000);

const refuses = (call: EngineCallName, message: string) => {
  const text = JSON.stringify({ message });
  const head = `HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: ${text.length}`;
  const misbehaviour: Misbehaviour = {
    name: 'refuses',
    serve: ({ socket }) => {
      socket.end(`${head}\r\n\r\n${text}`);
    },
  };
  return { call, misbehaviour };
};

it('measures the disk where the engine keeps its data, and leaves nothing of the container that it tries', async () => {
  const engine = await stage.engine();
  engine.state.rootDir = '/dev/shm';
  const { id, operationId } = await stage.register(owner, engine);
  await owner.get(`/operations/${operationId}?wait=60`);
  const { blocks, bsize } = await statfs('/dev/shm');
  expect((await owner.get(`/servers/${id}`)).at('diskTotalBytes')).toBe(blocks * bsize);
  const plain = await stage.engine();
  await stage.activeServer(owner, plain);
  expect([plain.state.containers.size, [...plain.state.images]]).toEqual([0, ['postgres:17', 'odoo:19.0']]);
}, 60_000);

it('refuses a server on which no container starts, with the reason of the engine', async () => {
  const engine = await stage.engine();
  engine.everywhere = refuses('startContainer', 'OCI runtime create failed: runc create failed: no such cgroup');
  const { operationId } = await stage.register(owner, engine);
  const operation = await owner.get(`/operations/${operationId}?wait=60`);
  expect([operation.at('error.code'), operation.at('error.message')]).toEqual([
    'server_unsuitable',
    expect.stringContaining('runc create failed: no such cgroup'),
  ]);
}, 60_000);

it.each([
  'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
  'all predefined address pools have been fully subnetted',
])(
  'says what to do when an engine has no addresses left: %s',
  async (message) => {
    const engine = await stage.engine();
    const serverId = await stage.activeServer(owner, engine);
    engine.everywhere = refuses('createNetwork', message);
    const environmentId = await owner.environment();
    const made = await owner.post('/instances', {
      name: 'One more',
      serverId,
      environmentId,
      adminEmail: 'a@example.com',
    });
    engine.expectInstance(made.text('id'), null);
    const operation = await owner.get(`/operations/${made.text('operationId')}?wait=60`);
    expect(operation.at('error.code')).toBe('address_pool_exhausted');
    expect(operation.text('error.hint')).toContain('default-address-pools');
  },
  60_000,
);

it('signs in with a password where the server asks for it as a question', async () => {
  await plain.allowSudo({ requiretty: false });
  await plain.setPassword('Correct-horse-1');
  const sshd = await otherSshd('asks', ['UsePAM yes', 'PasswordAuthentication no', 'KbdInteractiveAuthentication yes']);
  const server = { port: sshd.port, sshUser: plain.name, authMethod: 'password', sshPrivateKey: null };
  expect((await validated({ ...server, sshPassword: 'Correct-horse-1' })).at('error')).toBe(null);
  const wrong = await validated({ ...server, sshPassword: 'wrong' });
  expect([wrong.at('error.code'), wrong.at('error.message')]).toEqual([
    'ssh_auth_failed',
    'The server refused the SSH user or its password',
  ]);
  const keysOnly = await validated({ ...server, port: stage.sshd.port, sshPassword: 'Correct-horse-1' });
  expect(keysOnly.at('error.message')).toBe(
    'The server does not accept a password from the SSH user; it offers publickey',
  );
}, 120_000);

/** The public part as it stands in authorized_keys. */
async function authorizedLine(key: KeyObject): Promise<string> {
  if (key.asymmetricKeyType === 'ed25519') {
    const x = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
    return `ssh-ed25519 ${Buffer.concat([Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20', 'latin1'), x]).toString('base64')}`;
  }
  const file = join(stage.dir, 'public.pem');
  await writeFile(file, key.export({ type: 'spki', format: 'pem' }));
  return (await run('ssh-keygen', ['-i', '-m', 'PKCS8', '-f', file])).stdout;
}

it.each([
  ['ed25519', () => generateKeyPairSync('ed25519')],
  ['rsa', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['ec', () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })],
])(
  'signs in with a PKCS#8 key of the type %s, also where its line breaks were lost',
  async (_type, generate) => {
    const { privateKey, publicKey } = generate();
    await stage.sshd.allow(await authorizedLine(publicKey));
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(pem).toContain('BEGIN PRIVATE KEY');
    for (const sshPrivateKey of [pem, JSON.stringify(pem), pem.replaceAll('\n', ' ')])
      expect((await validated({ sshPrivateKey })).at('error')).toBe(null);
  },
  60_000,
);
