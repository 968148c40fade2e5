import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  containerLogs,
  endSessions,
  hostScript,
  type RemoteGuard,
  RemotePool,
  type RemoteTarget,
} from '../../src/remote/index.ts';
import { fleetDir, firstSshPort } from '../fleet/slot.ts';
import { Sshd } from '../fleet/sshd.ts';
import { everywhere } from '../kit/everywhere.ts';
import { Line } from '../kit/line.ts';
import { head, RawEngine } from './raw-engine.ts';

const sshd = new Sshd(`${fleetDir}/sshd-sessions`, firstSshPort + 8);
const pool = new RemotePool({ destinations: everywhere, connectTimeoutMs: 10_000 });
let target: Extract<RemoteTarget, { kind: 'ssh' }>;

beforeAll(async () => {
  await sshd.prepare();
  await sshd.start();
  target = {
    kind: 'ssh',
    serverId: 'one',
    host: '127.0.0.1',
    port: sshd.port,
    user: 'root',
    auth: { method: 'key', privateKey: sshd.privateKey },
    hostKeyFingerprint: sshd.hostKeyFingerprint,
    provenAddress: '127.0.0.1',
    dockerSocket: '/nowhere.sock',
    maxSessions: 4,
  };
});
afterAll(async () => {
  await pool.close();
  await sshd.down().catch(() => {});
});

const guard = (signal = new AbortController().signal): RemoteGuard => ({ signal, check: () => {} });
const rejected = (work: Promise<unknown>) =>
  work.then(
    () => 'it succeeded',
    (error: unknown) => (error instanceof Error ? (Reflect.get(error, 'code') ?? error.message) : error),
  );

it('ends exactly the sessions that were recorded', async () => {
  const [first, second, shared] = await Promise.all([
    pool.open(target, guard()),
    pool.open(target, guard()),
    pool.connect(target),
  ]);
  const { session } = first;
  if (!session || !second.session) throw new Error('The server does not tell its sessions');
  expect(session.pid).not.toBe(second.session.pid);
  const working = rejected(first.run(hostScript`sleep 600`));
  // The same number, but another process: of an earlier boot, or started at another time.
  await endSessions(shared, [
    { ...second.session, startTicks: '1' },
    { ...second.session, bootId: '00000000-0000-0000-0000-000000000000' },
    { ...session, pid: 0 },
  ]);
  expect((await second.run(hostScript`echo still here`)).stdout).toBe('still here\n');
  expect(first.closed).toBe(false);
  await endSessions(shared, [session]);
  expect(await working).toBe('ssh_connection_lost');
  expect((await second.run(hostScript`echo still here`)).stdout).toBe('still here\n');
  // Gone is gone: again is fine.
  await endSessions(shared, [session]);
  second.close();
});

it('asks the guard before each call, and ends the connection with its signal', async () => {
  const asked: string[] = [];
  const cancel = new AbortController();
  let may = true;
  const host = await pool.open(target, {
    signal: cancel.signal,
    check: ({ name }) => {
      asked.push(name);
      if (!may) throw new Error('This worker no longer holds the operation');
    },
  });
  expect(await rejected(host.docker.createVolume({ Name: 'v', Labels: {} }))).toBe('docker_unavailable');
  await host.run(hostScript`true`);
  // Between them it looks for another way to an engine that is not there.
  expect([asked.includes('createVolume'), asked.at(-1)]).toEqual([true, 'run']);
  may = false;
  expect(await rejected(host.docker.removeVolume('v'))).toBe('This worker no longer holds the operation');
  expect(await rejected(Promise.resolve().then(() => host.run(hostScript`touch /tmp/never`)))).toBe(
    'This worker no longer holds the operation',
  );
  may = true;
  const silent = net.createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  try {
    const address = silent.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const running = [host.run(hostScript`sleep 600`), host.httpGet({ port, path: '/', timeoutMs: 60_000 })].map(
      rejected,
    );
    await once(silent, 'connection');
    cancel.abort();
    expect(await Promise.all(running)).toEqual(['remote_cancelled', 'remote_cancelled']);
    expect(host.closed).toBe(true);
  } finally {
    silent.close();
  }
});

it('ends with the cancel also what waits for a session, and with the connection what is under way', async () => {
  const host = await pool.connect({ ...target, serverId: 'two' });
  const under = Array.from({ length: 4 }, () => rejected(host.run(hostScript`sleep 600`)));
  const cancel = new AbortController();
  const waiting = rejected(host.run(hostScript`true`, { signal: cancel.signal }));
  expect(await rejected(host.run(hostScript`true`, { timeoutMs: 300 }))).toBe('remote_timeout');
  cancel.abort();
  expect(await waiting).toBe('remote_cancelled');
  await sshd.cut();
  expect(new Set(await Promise.all(under))).toEqual(new Set(['ssh_connection_lost']));
  expect(host.closed).toBe(true);
});

it('has with one session room for a command, Docker calls, a health check and a log, which go side by side', async () => {
  const engine = new RawEngine();
  await engine.start();
  const line = Buffer.from('2026-11-27T00:00:00.000000000Z a line\n');
  const frame = Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, line.length]), line]);
  engine.answer = (socket, request) => {
    if (!request.includes('/logs')) return socket.end(`${head('200 OK', 'Content-Length: 2', 'Connection: close')}[]`);
    socket.write(head('200 OK', 'Transfer-Encoding: chunked'));
    socket.write(Buffer.concat([Buffer.from(`${frame.length.toString(16)}\r\n`), frame, Buffer.from('\r\n')]));
  };
  const web = http.createServer((_request, response) => response.end('healthy')).listen(0, '127.0.0.1');
  await once(web, 'listening');
  try {
    const address = web.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const host = await pool.connect({ ...target, serverId: 'small', dockerSocket: engine.path, maxSessions: 1 });
    const leave = new AbortController();
    const log = containerLogs(host.docker, 'c', { follow: true, signal: leave.signal });
    expect((await log.next()).value).toMatchObject({ line: 'a line' });
    // There is one place for what goes on for long: another one waits, but not for ever.
    const late = rejected(containerLogs(host.docker, 'c', { follow: true }).next());
    const [listed, ran, got] = await Promise.all([
      host.docker.listContainers([]),
      host.run(hostScript`echo ran`),
      host.httpGet({ port, path: '/', timeoutMs: 60_000 }),
    ]);
    expect([listed, ran.stdout, got.body]).toEqual([[], 'ran\n', 'healthy']);
    expect(await late).toBe('remote_timeout');
    leave.abort();
    expect((await log.next()).done).toBe(true);
  } finally {
    web.close();
    await engine.stop();
  }
}, 60_000);

it('connects for everybody who waits, whoever of them leaves', async () => {
  const leave = new AbortController();
  const first = rejected(pool.connect({ ...target, serverId: 'shared' }, leave.signal));
  const second = pool.connect({ ...target, serverId: 'shared' });
  leave.abort();
  expect(await first).toBe('remote_cancelled');
  const host = await second;
  expect([host.closed, await pool.connect({ ...target, serverId: 'shared' })]).toEqual([false, host]);
  expect(await pool.connect({ ...target, serverId: 'shared' }, undefined, 'monitoring')).not.toBe(host);
  host.close();
  expect(await pool.connect({ ...target, serverId: 'shared' })).not.toBe(host);
});

it('ends a command of a server that writes too much, and goes on with the next', async () => {
  const host = await pool.connect({ ...target, serverId: 'three' });
  expect(await rejected(host.run(hostScript`while :; do echo more; done`, { maxOutputBytes: 10_000 }))).toBe(
    'remote_command_failed',
  );
  expect((await host.run(hostScript`echo next`)).stdout).toBe('next\n');
});

it('reads the end of a command that a congested network delivers in one piece with its beginning', async () => {
  const line = await Line.start(sshd.port, 150);
  try {
    const host = await pool.open({ ...target, port: line.port, hostKeyFingerprint: null }, guard());
    expect(host.session?.pid).toBeGreaterThan(1);
    for (const code of [0, 7]) {
      const script = code === 0 ? hostScript`echo done` : hostScript`echo done; exit 7`;
      expect(await host.run(script)).toEqual({ stdout: 'done\n', stderr: '', code });
    }
    expect(await host.run(hostScript`kill -9 $$`).catch((error: unknown) => error)).toMatchObject({
      code: 'ssh_connection_lost',
    });
    host.close();
  } finally {
    await line.stop();
  }
});
