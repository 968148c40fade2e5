import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect } from 'vitest';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { freePort } from '../kit/free-port.ts';
import { SshListener } from '../kit/ssh-listener.ts';

const listeners: { close: () => void }[] = [];

afterAll(async () => {
  for (const listener of listeners) listener.close();
});

async function sshListener(): Promise<SshListener> {
  const listener = await SshListener.start();
  listeners.push(listener);
  return listener;
}

const register = (owner: Client, port: number, more: object = {}) =>
  owner.post('/servers', {
    name: `Server ${port} ${Math.random()}`,
    host: '127.0.0.1',
    port,
    sshUser: 'root',
    authMethod: 'password',
    sshPassword: 'the password',
    ...more,
  });

const createOn = async (owner: Client, serverId: string): Promise<Answer> =>
  owner.post('/instances', {
    name: 'An instance',
    serverId,
    environmentId: await owner.environment(),
    adminEmail: 'admin@example.com',
  });

async function until(what: string, check: () => boolean): Promise<void> {
  for (let i = 0; i < 300; i += 1) {
    if (check()) return;
    await sleep(100);
  }
  throw new Error(`It did not come about that ${what}`);
}

it('tells the password to a machine that nobody knows yet only when somebody asks for a validation', async ({
  ocore,
  owner,
}) => {
  const [stranger, known, impostor] = [await sshListener(), await sshListener(), await sshListener()];
  const made = await register(owner, stranger.port);
  expect((await owner.finished(made.text('operationId'))).at('data.operationUpdated.error.code')).toBe(
    'ssh_auth_failed',
  );
  expect(stranger.passwords).toEqual(['the password']);
  // Two that were validated once, one of which is another machine now: the monitor looks at both.
  for (const [listener, fingerprint] of [
    [known, known.fingerprint],
    [impostor, `SHA256:${'A'.repeat(43)}`],
  ] as const) {
    const server = await register(owner, listener.port);
    await owner.finished(server.text('operationId'));
    await ocore.sql("UPDATE servers SET validated_address = '127.0.0.1', host_key_fingerprint = $2 WHERE id = $1", [
      server.text('id'),
      fingerprint,
    ]);
  }
  const before = { known: known.passwords.length, impostor: impostor.connections };
  await until(
    'the monitor looked at the others several times',
    () => known.passwords.length > before.known + 2 && impostor.connections > before.impostor + 2,
  );
  expect([stranger.connections, stranger.passwords.length, impostor.passwords.length]).toEqual([1, 1, 1]);
  const again = await owner.post(`/servers/${made.text('id')}/validate`);
  await owner.finished(again.text('operationId'));
  expect(stranger.passwords).toHaveLength(2);
}, 90_000);

it('tells nothing to a machine with another host key than the pinned one, whatever is asked of it, until the key is accepted', async ({
  ocore,
  owner,
}) => {
  const impostor = await sshListener();
  const made = await register(owner, impostor.port, { hostKeyFingerprint: `SHA256:${'A'.repeat(43)}` });
  const codeOf = async (answer: Answer): Promise<unknown> =>
    (await owner.finished(answer.text('operationId'))).at('data.operationUpdated.error.code');
  expect(await codeOf(made)).toBe('host_key_mismatch');
  expect(await codeOf(await owner.post(`/servers/${made.text('id')}/validate`))).toBe('host_key_mismatch');
  // It was a good server until now.
  await ocore.sql("UPDATE servers SET status = 'active' WHERE id = $1", [made.text('id')]);
  expect(await codeOf(await createOn(owner, made.text('id')))).toBe('host_key_mismatch');
  // The monitor looks, too.
  expect(impostor.connections).toBeGreaterThanOrEqual(3);
  expect(impostor.passwords).toEqual([]);
  const { fingerprint } = impostor;
  const accepted = await owner.post(`/servers/${made.text('id')}/accept-host-key`, { fingerprint });
  expect(await codeOf(accepted)).toBe('ssh_auth_failed');
  expect(impostor.passwords).toEqual(['the password']);
});

it('makes nothing on a machine whose host key no validation has seen, and tells it nothing', async ({
  ocore,
  owner,
}) => {
  const stranger = await sshListener();
  const made = await register(owner, stranger.port);
  await owner.finished(made.text('operationId'));
  const told = stranger.passwords.length;
  await ocore.sql("UPDATE servers SET status = 'active' WHERE id = $1", [made.text('id')]);
  const operation = await owner.finished((await createOn(owner, made.text('id'))).text('operationId'));
  expect([operation.at('data.operationUpdated.status'), operation.at('data.operationUpdated.error.code')]).toEqual([
    'failed',
    'host_key_unknown',
  ]);
  expect([stranger.connections, stranger.passwords.length]).toEqual([1, told]);
});

it('answers alike, and not sooner, whatever listens where no server was validated yet', async ({ ocore, owner }) => {
  const tcp = async (greet: (socket: net.Socket) => void): Promise<number> => {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      greet(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    listeners.push(server);
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  const ports = {
    closed: await freePort(),
    silent: await tcp(() => {}),
    ending: await tcp((socket) => socket.end()),
    resetting: await tcp((socket) => socket.resetAndDestroy()),
    'another protocol': await tcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    'half an SSH server': await tcp((socket) => socket.write('SSH-2.0-Half\r\n')),
    'a broken SSH server': await tcp((socket) => socket.end('SSH-2.0-Broken\r\n\0\0\0\x01no key exchange\r\n')),
  };
  const seen = await Promise.all(
    Object.entries(ports).map(async ([what, port]) => {
      const made = await register(owner, port);
      const operationId = made.text('operationId');
      await owner.finished(operationId);
      const text = (value: unknown): string => JSON.stringify(value).replaceAll(String(port), '<port>');
      const operation = await owner.get(`/operations/${operationId}`);
      const lines = JSON.stringify((await owner.get(`/operations/${operationId}/logs`)).body, [
        'data',
        'level',
        'step',
        'message',
      ]);
      expect(lines).toContain('"level":"error"');
      const server = await owner.get(`/servers/${made.text('id')}`);
      const [took] = await ocore.sql<{ ms: number }>(
        'SELECT extract(epoch FROM finished_at - started_at) * 1000 AS ms FROM operation_steps WHERE operation_id = $1 AND position = 0',
        [operationId],
      );
      return {
        what,
        early: Number(took?.ms) < 9_900,
        code: operation.at('error.code'),
        told: text([operation.at('error'), operation.at('steps.0.message'), lines, server.at('statusMessage')]),
      };
    }),
  );
  expect(seen.filter(({ early }) => early)).toEqual([]);
  expect(seen.map(({ code }) => code)).toEqual(seen.map(() => 'ssh_unreachable'));
  expect([...new Set(seen.map(({ told }) => told))], 'the answers').toHaveLength(1);
  expect(seen[0]?.told).toContain('Nothing there speaks SSH');
  // Where a server was validated, another service in its place is called what it is.
  const moved = await register(owner, ports['another protocol']);
  await owner.finished(moved.text('operationId'));
  await ocore.sql("UPDATE servers SET validated_address = '127.0.0.1' WHERE id = $1", [moved.text('id')]);
  const again = await owner.post(`/servers/${moved.text('id')}/validate`);
  expect((await owner.finished(again.text('operationId'))).text('data.operationUpdated.error.message')).toBe(
    `127.0.0.1:${ports['another protocol']} responds, but nothing there speaks SSH`,
  );
}, 120_000);
