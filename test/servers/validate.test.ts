import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import type { Answer, Client } from '../kit/client.ts';
import type { Ocore } from '../kit/ocore.ts';
import { newSshKey } from '../kit/ssh-key.ts';

let ocore: Ocore;
let owner: Client;
let server: FleetServer;

it.beforeAll(({ ocore: started, owner: person, server: first }) => {
  ocore = started;
  owner = person;
  server = first;
});

const body = (more: Record<string, unknown> = {}) => ({
  name: `Server ${Math.random()}`,
  host: server.host,
  port: server.sshd.port,
  sshUser: server.user,
  sshPrivateKey: server.sshd.privateKey,
  dockerSocket: server.engine.socket,
  ...more,
});

async function failed(more: Record<string, unknown>): Promise<{ error: unknown; server: Answer }> {
  const answer = await owner.post('/servers', body(more));
  expect(answer.status).toBe(202);
  const operation = await owner.finished(answer.text('operationId'));
  expect(operation.at('data.operationUpdated.status')).toBe('failed');
  return {
    error: operation.at('data.operationUpdated.error.code'),
    server: await owner.get(`/servers/${answer.text('id')}`),
  };
}

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i += 1) {
    if (await check()) return;
    await sleep(100);
  }
  throw new Error(`It did not come about that ${what}`);
}

it('finds out what the server is, and pins its key', async () => {
  const id = await owner.activeServer(server);
  const answer = await owner.get(`/servers/${id}`);
  expect(answer.body).toMatchObject({
    status: 'active',
    hostKeyFingerprint: server.sshd.hostKeyFingerprint,
    architecture: 'x86_64',
  });
  expect(answer.at('cpuCores')).toBeGreaterThan(0);
  expect(answer.at('dockerVersion')).toMatch(/^\d+\./);
  expect(JSON.stringify(answer.body)).not.toContain('PRIVATE KEY');
  await until(
    'metrics are there',
    async () => (await owner.get(`/servers/${id}/metrics/latest`)).at('ramTotalBytes') !== undefined,
  );
  expect((await owner.get(`/servers/${id}/metrics?period=6h`)).at('metrics.0.uptimeSeconds')).toBeGreaterThan(0);
  expect((await owner.get(`/servers/${id}/metrics?period=2y`)).at('error.details.constraint')).toBe('one_of');
  const removal = await owner.delete(`/servers/${id}`);
  expect((await owner.finished(removal.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
  expect((await owner.get(`/servers/${id}`)).status).toBe(404);
});

it('says why a server cannot be used', async () => {
  const other = newSshKey().private;
  expect((await failed({ sshPrivateKey: other })).error).toBe('ssh_auth_failed');
  const pinned = await failed({ hostKeyFingerprint: `SHA256:${'A'.repeat(43)}` });
  expect([pinned.error, pinned.server.at('presentedFingerprint')]).toEqual([
    'host_key_mismatch',
    server.sshd.hostKeyFingerprint,
  ]);
  expect((await failed({ dockerSocket: '/nowhere/docker.sock' })).error).toBe('docker_unavailable');
}, 120_000);

it.each(["'; touch /tmp/x; '", '$(touch /tmp/x)', '`touch /tmp/x`', 'a\nb', '-oProxyCommand=x', 'ü'.repeat(70)])(
  'refuses or stores the hostile text %j, and never runs it',
  async (text) => {
    expect((await owner.post('/servers', body({ host: text }))).status).toBe(400);
    const named = await owner.post('/servers', body({ name: text, sshUser: text }));
    if (named.status === 202)
      expect((await owner.finished(named.text('operationId'))).at('data.operationUpdated.error.code')).toBe(
        'ssh_auth_failed',
      );
    else expect(named.status).toBe(400);
    const { existsSync } = await import('node:fs');
    expect(existsSync('/tmp/x')).toBe(false);
  },
);

it('notices a server that goes away, and one that comes back', async () => {
  const id = await owner.activeServer({ ...server, name: 'comes and goes' });
  await server.sshd.stop();
  await server.sshd.cut().catch(() => {});
  const status = async () => (await owner.get(`/servers/${id}`)).at('status');
  // Ending the listener leaves its sessions: they are ended by hand, as a lost machine would.
  await ocore.restart();
  await until('it is unreachable', async () => (await status()) === 'unreachable');
  expect((await owner.get(`/servers/${id}`)).text('statusMessage')).toContain('cannot be reached');
  await server.sshd.start();
  await until('it is active again', async () => (await status()) === 'active');
}, 90_000);

it('sends nothing to a server whose host key has changed, until the key is accepted', async () => {
  const id = await owner.activeServer({ ...server, name: 'reinstalled' });
  await server.sshd.changeHostKey();
  const again = await owner.post(`/servers/${id}/validate`);
  expect((await owner.finished(again.text('operationId'))).at('data.operationUpdated.error.code')).toBe(
    'host_key_mismatch',
  );
  expect((await owner.post(`/servers/${id}/accept-host-key`, { fingerprint: `SHA256:${'B'.repeat(43)}` })).status).toBe(
    409,
  );
  const accepted = await owner.post(`/servers/${id}/accept-host-key`, { fingerprint: server.sshd.hostKeyFingerprint });
  expect((await owner.finished(accepted.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
  expect((await owner.get(`/servers/${id}`)).at('status')).toBe('active');
}, 60_000);
