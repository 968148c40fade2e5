import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { loadSmallImages } from '../bench/small-images.ts';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import { firstSshPort, fleetDir } from '../fleet/slot.ts';
import { SshUser } from '../fleet/ssh-user.ts';
import { Sshd } from '../fleet/sshd.ts';
import type { Answer, Client } from '../kit/client.ts';

it.override('env', { ODOO_IMAGE: 'small-odoo', POSTGRES_IMAGE: 'small-postgres:19.0' });

const password = 'Correct-horse-1';
let owner: Client;
let server: FleetServer;
let environmentId: string;
/** In the group docker, as the guide of Docker says. */
let member: SshUser;
/** May use sudo, and the socket of the engine only by it. */
let administrator: SshUser;
const sshds: Sshd[] = [];

it.beforeAll(async ({ owner: person, server: first }) => {
  owner = person;
  server = first;
  await loadSmallImages(server.engine.docker, 1);
  environmentId = await owner.environment();
  member = await SshUser.create('member');
  administrator = await SshUser.create('admin');
  for (const user of [member, administrator]) await user.setPassword(password);
});
afterAll(async () => {
  for (const sshd of sshds) await sshd.stop();
  for (const user of [member, administrator]) await user?.remove();
});

async function otherSshd(settings: readonly string[]): Promise<Sshd> {
  const sshd = new Sshd(join(fleetDir, 'sshd-users'), firstSshPort + 6, settings);
  for (const earlier of sshds.splice(0)) await earlier.stop();
  sshds.push(sshd);
  await sshd.prepare();
  await sshd.start();
  return sshd;
}

let count = 0;
function register(sshd: Sshd, user: string, credential: Record<string, unknown> = {}): Promise<Answer> {
  count += 1;
  return owner.post('/servers', {
    name: `Server ${count}`,
    host: server.host,
    port: sshd.port,
    sshUser: user,
    sshPrivateKey: sshd.privateKey,
    dockerSocket: server.engine.socket,
    ...credential,
  });
}

async function endOf(answer: Answer): Promise<Answer> {
  await owner.finished(answer.text('operationId'));
  return owner.get(`/operations/${answer.text('operationId')}`);
}

/** Registers the server, makes an instance on it that answers, and removes both; gives how its sudo was found. */
async function whole(registered: Promise<Answer>): Promise<unknown> {
  const answer = await registered;
  const validation = await endOf(answer);
  expect([validation.at('status'), validation.at('error')]).toEqual(['succeeded', null]);
  const serverId = answer.text('id');
  const made = await owner.post('/instances', {
    name: `Instance ${count}`,
    serverId,
    environmentId,
    adminEmail: 'admin@example.com',
  });
  const provisioning = await endOf(made);
  expect([provisioning.at('status'), provisioning.at('error')]).toEqual(['succeeded', null]);
  const instance = await owner.get(`/instances/${made.text('id')}`);
  expect((await fetch(`${instance.text('url')}/web/login`)).status).toBe(200);
  for (const path of [`/instances/${made.text('id')}`, `/servers/${serverId}`])
    expect((await endOf(await owner.delete(path))).at('status')).toBe('succeeded');
  return validation.at('steps.2.message');
}

it('needs the group docker or sudo of a user who is not root', async () => {
  const sshd = await otherSshd([]);
  const refused = await endOf(await register(sshd, member.name));
  expect(refused.at('error.code')).toBe('docker_permission');
  await member.join('docker');
  expect(await whole(register(sshd, member.name))).toContain('direct access to Docker is needed');
  await administrator.allowSudo({ requiretty: false });
  expect(await whole(register(sshd, administrator.name))).toBe('sudo works without a password');
}, 180_000);

it('works by the relay of Docker’s own where sshd forwards no sockets', async () => {
  await member.join('docker');
  await whole(register(await otherSshd(['AllowStreamLocalForwarding no']), member.name));
});

it('signs in with a password, and with the right one only', async () => {
  await member.join('docker');
  const sshd = await otherSshd(['PasswordAuthentication yes', 'PubkeyAuthentication no']);
  const withPassword = (sshPassword: string) =>
    register(sshd, member.name, { authMethod: 'password', sshPassword, sshPrivateKey: null });
  await whole(withPassword(password));
  expect((await endOf(await withPassword('Wrong-horse-1'))).at('error.code')).toBe('ssh_auth_failed');
});
