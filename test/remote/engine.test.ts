import { once } from 'node:events';
import net from 'node:net';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  containerLogs,
  execInContainer,
  hostScript,
  pullImage,
  RemoteError,
  type RemoteHost,
} from '../../src/remote/index.ts';
import { HttpConnection } from '../../src/remote/http.ts';
import { head, RawEngine } from './raw-engine.ts';

let engine: RawEngine;
let host: RemoteHost;
const uncaught: unknown[] = [];
const note = (error: unknown): void => {
  uncaught.push(error);
};

beforeEach(async () => {
  engine = new RawEngine();
  host = await engine.start();
  process.on('uncaughtExceptionMonitor', note);
});
afterEach(async () => {
  await engine.stop();
  // What an answer leaves behind would come now.
  await sleep(50);
  process.off('uncaughtExceptionMonitor', note);
  expect(uncaught.splice(0)).toEqual([]);
});

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it succeeded',
    (error: unknown) => (error instanceof RemoteError ? error.code : `not an error of ours: ${String(error)}`),
  );

const pull = (signal = new AbortController().signal) =>
  pullImage(host.docker, 'odoo:19.0', { onProgress: () => {}, signal });

async function until(what: string, check: () => boolean): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    if (check()) return;
    await sleep(50);
  }
  throw new Error(`It did not come about that ${what}`);
}

it.each(['301 Moved Permanently', '302 Found', '303 See Other', '307 Temporary Redirect', '308 Permanent Redirect'])(
  'follows no redirect: %s',
  async (status) => {
    const asked: string[] = [];
    const inside = net
      .createServer((socket) => {
        asked.push('asked');
        socket.destroy();
      })
      .listen(0, '127.0.0.1');
    await once(inside, 'listening');
    const address = inside.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    engine.answer = (socket) => socket.write(head(status, `Location: http://127.0.0.1:${port}/`, 'Content-Length: 0'));
    const calls = [
      host.docker.version(),
      host.docker.inspectImage('a//b'),
      host.docker.startContainer('c'),
      pull(),
      execInContainer(host.docker, 'c', ['true']),
    ];
    expect(new Set(await Promise.all(calls.map(codeOf)))).toEqual(new Set(['docker_error']));
    inside.close();
    expect(asked).toEqual([]);
  },
);

it.each([
  ['before the answer', ''],
  ['in the head', 'HTTP/1.1 200 OK\r\nContent-Le'],
  ['in the body', `${head('200 OK', 'Content-Length: 100')}{"Version":`],
  ['in a chunk', `${head('200 OK', 'Transfer-Encoding: chunked')}64\r\n{"Version":`],
])('ends every call of an engine that hangs up %s', async (_when, bytes) => {
  engine.answer = (socket) => {
    socket.write(bytes);
    socket.end();
    setTimeout(() => socket.destroy(), 10);
  };
  const calls = [
    host.docker.version(),
    host.docker.inspectContainer('c'),
    host.docker.createVolume({ Name: 'v', Labels: {} }),
    host.docker.removeContainer('c'),
    pull(),
    Array.fromAsync(containerLogs(host.docker, 'c', { follow: false, tail: 5 })),
    Array.fromAsync(containerLogs(host.docker, 'c', { follow: true })),
    execInContainer(host.docker, 'c', ['true']),
  ];
  for (const code of await Promise.all(calls.map(codeOf)))
    expect(['ssh_connection_lost', 'docker_error']).toContain(code);
});

it('ends the calls of an engine that never answers with the cancel, and those that wait for their turn', async () => {
  const cancel = new AbortController();
  const { signal } = cancel;
  const calls = Array.from({ length: 40 }, () => codeOf(host.docker.inspectContainer('c', { signal })));
  calls.push(codeOf(pull(signal)), codeOf(execInContainer(host.docker, 'c', ['true'], { signal })));
  await until('the engine was asked', () => engine.requests.some((line) => line.includes('/containers/c/json')));
  cancel.abort();
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['remote_cancelled']));
  // Nothing of it is left in the way of the next one.
  engine.answer = (socket) =>
    socket.write(`${head('200 OK', 'Content-Length: 40')}{"Version":"27.1.1","ApiVersion":"1.46"}`);
  expect(await host.docker.version()).toEqual({ Version: '27.1.1', ApiVersion: '1.46' });
});

it('ends a call of an engine that never answers at its deadline', async () => {
  expect(await codeOf(execInContainer(host.docker, 'c', ['true'], { timeoutMs: 200 }))).toBe('remote_timeout');
  engine.answer = (socket) => socket.write(head('200 OK', 'Transfer-Encoding: chunked'));
  expect(await codeOf(execInContainer(host.docker, 'c', ['true'], { timeoutMs: 200 }))).toBe('remote_timeout');
});

it('reads of an endless answer no more than its limit', async () => {
  let sent = 0;
  engine.answer = (socket) => {
    socket.write(head('200 OK', 'Content-Length: 701000000'));
    const flood = (): void => {
      while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 'x'))) sent += 65_536;
    };
    socket.on('drain', flood);
    flood();
  };
  expect(await codeOf(host.docker.version())).toBe('docker_error');
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});

it.each([
  ['null', 'null\n'],
  ['no JSON', '{"status":\n'],
  ['a number', '5\n'],
  ['wrong types', '{"id":7,"progressDetail":{"total":"x"}}\n'],
  ['a negative size', '{"id":"a","progressDetail":{"total":-1}}\n'],
  ['no end of the line', 'x'.repeat(200_000)],
  ['an error', '{"error":"it does not want to"}\n'],
])('ends a pull whose report is %s with an error', async (_what, line) => {
  engine.answer = (socket) => socket.end(`${head('200 OK', 'Connection: close')}{"status":"Pulling"}\n${line}`);
  expect(await codeOf(pull())).toBe('docker_error');
});

it.each([
  ['null', 'null'],
  ['a list', '[]'],
  ['text', 'hello'],
  ['fields of other types', '{"Version":{},"ApiVersion":[]}'],
  ['a control sequence', '{"message":"\u001b[2J"}'],
])('takes %s as a version for an error', async (_what, body) => {
  engine.answer = (socket) => socket.write(head('200 OK', `Content-Length: ${body.length}`) + body);
  expect(await codeOf(host.docker.version())).toBe('docker_error');
});

it('tells what the engine says as one short line', async () => {
  const body = JSON.stringify({ message: `\u001b[31mfirst\nsecond\u2028${'x'.repeat(60_000)}` });
  engine.answer = (socket) =>
    socket.write(head('500 Internal Server Error', `Content-Length: ${Buffer.byteLength(body)}`) + body);
  const error = await host.docker.version().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'docker_error', status: 500 });
  const message = error instanceof Error ? error.message : '';
  expect(message).toMatch(/^\[31mfirst second x+$/);
  expect(message.length).toBeLessThanOrEqual(1000);
});

it.each([
  ['docker_unavailable', 'transport is closing: unavailable'],
  ['docker_unavailable', 'error while mounting volume: get ocore-1: database not open'],
  ['docker_error', 'Cannot update container a3a7: cannot update a stopped container: unknown'],
  ['docker_error', 'id already in use'],
  ['docker_error', 'endpoint with name ocore-1-db already exists in network ocore-1'],
  ['docker_error', 'task a3a7: already exists'],
  ['docker_error', 'failed to update store for object type *libnetwork.endpoint: open : no such file or directory'],
  ['docker_error', 'error creating overlay mount to /var/lib/docker/overlay2/2e66/merged: invalid argument'],
  ['docker_error', 'failed to start shim: mkdir /run/containerd/io.containerd.runtime.v2.task/moby/a3a7: file exists'],
])('asks again when the engine goes down or comes up: %s, %s', async (code, message) => {
  const body = JSON.stringify({ message });
  engine.answer = (socket) => socket.write(head('500 Internal Server Error', `Content-Length: ${body.length}`) + body);
  await expect(host.docker.version()).rejects.toMatchObject({ code, retryable: true });
});

it.each([
  [
    'port_in_use',
    'driver failed programming external connectivity: Bind for 0.0.0.0:20000 failed: port is already allocated',
  ],
  ['port_in_use', 'error starting userland proxy: listen tcp4 0.0.0.0:20000: bind: address already in use'],
  ['image_not_found', 'manifest for odoo:99.0 not found: manifest unknown: manifest unknown'],
  ['image_not_found', 'pull access denied for nobody/odoo, repository does not exist or may require docker login'],
  ['disk_full', 'write /var/lib/docker/tmp/GetImageBlob1: no space left on device'],
])('knows what an engine means by its words: %s, %s', async (code, message) => {
  const body = JSON.stringify({ message });
  engine.answer = (socket) => socket.write(head('500 Internal Server Error', `Content-Length: ${body.length}`) + body);
  await expect(host.docker.version()).rejects.toMatchObject({ code, message });
});

it('says what helps where an engine that was killed holds on to a container', async () => {
  const body = JSON.stringify({ message: 'endpoint with name ocore-1-db already exists in network ocore-1' });
  engine.answer = (socket) => socket.write(head('500 Internal Server Error', `Content-Length: ${body.length}`) + body);
  const hint = expect.stringMatching(/^The engine still holds what it had when it was killed: restart Docker/);
  await expect(host.docker.version()).rejects.toMatchObject({ code: 'docker_error', retryable: true, hint });
});

it('takes a connection that ended just before its request for one that was lost', async () => {
  const connection = new HttpConnection(new PassThrough(), 'http://docker');
  connection.discard();
  await expect(
    connection.open({ method: 'GET', path: '/version' }, new AbortController().signal),
  ).rejects.toMatchObject({ code: 'ssh_connection_lost', retryable: true });
});

it('refuses heads without end, and what is not HTTP', async () => {
  engine.answer = (socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`);
  expect(await codeOf(host.docker.version())).toBe('docker_error');
  engine.answer = (socket) => socket.write('SSH-2.0-OpenSSH\r\n'.repeat(5));
  expect(await codeOf(host.docker.version())).toBe('docker_error');
});

const frame = (length: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes[0] = 1;
  bytes.writeUInt32BE(length, 4);
  return bytes;
};
const at = '2026-11-26T10:00:00.000000000Z';

it('gives a line that is too long in several and loses nothing of it, in a frame of 4 GB that comes in parts', async () => {
  const long = `x${'ü'.repeat(100_000)}`;
  engine.answer = (socket) => {
    socket.write(head('200 OK', 'Connection: close'));
    socket.write(frame(0xffff_ffff));
    socket.end(`${at} ${long}\n${at} short\n`);
  };
  const lines: { line: string }[] = [];
  const reading = (async () => {
    for await (const line of containerLogs(host.docker, 'c', { follow: false, tail: 100 })) lines.push(line);
  })();
  // The frame was announced to be longer: what came of it is given before that is said.
  expect(await codeOf(reading)).toBe('docker_error');
  expect(lines.pop()?.line).toBe('short');
  expect(lines.map(({ line }) => line).join('')).toBe(long);
  for (const { line } of lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(16 * 1024);
});

it('puts together what the engine keeps of a line in pieces, each with the time before it', async () => {
  const bytes = Buffer.from(`2 x ${'ü'.repeat(20_000)}`);
  const later = '2026-11-26T10:00:01.123456789Z';
  const sent = Buffer.concat(
    [
      `${at} before\n`,
      // A border goes through a character, as it falls.
      ...[0, 16_385, 32_770].map((from) =>
        Buffer.concat([Buffer.from(`${later} `), bytes.subarray(from, from + 16_385)]),
      ),
      `${later} end\r\n`,
      `${at} \n`,
    ].map((text) => Buffer.concat([frame(Buffer.byteLength(text)), Buffer.from(text)])),
  );
  engine.answer = (socket) => {
    socket.write(head('200 OK', 'Connection: close'));
    // In parts that have nothing to do with the frames.
    void (async () => {
      for (let from = 0; from < sent.length; from += 3001) {
        socket.write(sent.subarray(from, from + 3001));
        await sleep(1);
      }
      socket.end();
    })();
  };
  const lines = await Array.fromAsync(containerLogs(host.docker, 'c', { follow: false, tail: 100 }));
  const long = lines.filter(({ stamp }) => stamp === later);
  expect(long.map(({ line }) => line).join('')).toBe(`${bytes.toString('utf8')}end`);
  expect(lines.filter(({ stamp }) => stamp === at).map(({ line }) => line)).toEqual(['before', '']);
});

it('reads no more lines than it asked for', async () => {
  engine.answer = (socket) => {
    socket.write(head('200 OK'));
    const line = `${at} again\n`;
    const flood = (): void => {
      while (!socket.destroyed && socket.write(Buffer.concat([frame(line.length), Buffer.from(line)])));
    };
    socket.on('drain', flood);
    flood();
  };
  expect((await Array.fromAsync(containerLogs(host.docker, 'c', { follow: false, tail: 10 }))).length).toBe(10);
});

it('ends heavy log streams with the cancel, and gives their places back', async () => {
  engine.answer = (socket) => {
    socket.write(head('200 OK'));
    const line = `${at} ${'y'.repeat(500)}\n`;
    const flood = (): void => {
      while (!socket.destroyed && socket.write(Buffer.concat([frame(line.length), Buffer.from(line)])));
    };
    socket.on('drain', flood);
    flood();
  };
  const readers = Array.from({ length: 40 }, async () => {
    const cancel = new AbortController();
    let seen = 0;
    for await (const _line of containerLogs(host.docker, 'c', { follow: true, signal: cancel.signal })) {
      seen += 1;
      if (seen === 100) cancel.abort();
    }
    return seen >= 100;
  });
  expect((await Promise.all(readers)).every(Boolean)).toBe(true);
  await until('the streams are closed', () => engine.sockets.size === 0);
});

it('waits for a slow reader instead of keeping what it has not read', async () => {
  let sent = 0;
  engine.answer = (socket) => {
    socket.write(head('200 OK'));
    const data = Buffer.concat([frame(65_528), Buffer.alloc(65_528, '\n')]);
    const flood = (): void => {
      while (!socket.destroyed && socket.write(data)) sent += data.length;
    };
    socket.on('drain', flood);
    flood();
  };
  const lines = containerLogs(host.docker, 'c', { follow: true });
  await lines.next();
  await sleep(500);
  const before = sent;
  await sleep(500);
  expect(sent).toBe(before);
  await lines.return(undefined);
});

it('ends a command that writes more than it may', async () => {
  expect(await codeOf(host.run(hostScript`while :; do echo more; done`, { maxOutputBytes: 10_000 }))).toBe(
    'remote_command_failed',
  );
  expect(await codeOf(host.run(hostScript`while :; do echo more >&2; done`, { maxOutputBytes: 10_000 }))).toBe(
    'remote_command_failed',
  );
  expect(await codeOf(host.run(hostScript`sleep 600 & sleep 600`, { timeoutMs: 200 }))).toBe('remote_timeout');
});
