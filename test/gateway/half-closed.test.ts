import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

/** Writes, and keeps its own half open or closes it; gives the answer once the server has let go of the socket for good. */
function untilGone(ocore: Ocore, text: string, { fin }: { fin: boolean }): Promise<string> {
  const url = new URL(ocore.url);
  return new Promise((resolve) => {
    const socket = net.connect({ port: Number(url.port), host: url.hostname, allowHalfOpen: true }, () => {
      if (fin) socket.end(text);
      else socket.write(text);
    });
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    // Only a socket that the server destroyed answers what is written to it with a reset.
    socket.on('end', async () => {
      while (!fin && !socket.destroyed) {
        socket.write('x');
        await sleep(50);
      }
      socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer.slice(0, 12)));
  });
}

const upgrade =
  'GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

it.for<[what: string, text: string, answer: string]>([
  ['what is no request', 'NONSENSE\r\n\r\n', 'HTTP/1.1 400'],
  ['headers that never end', 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ', 'HTTP/1.1 408'],
  [
    'headers that are too long',
    `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
    'HTTP/1.1 431',
  ],
  ['a refused upgrade', upgrade.replace('/graphql', '/elsewhere'), 'HTTP/1.1 400'],
  ['the last request', 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 'HTTP/1.1 200'],
])(
  'destroys the socket after %s, though the client never closes its half',
  async ([_what, text, answer], { ocore }) => {
    expect(await untilGone(ocore, text, { fin: false })).toBe(answer);
  },
);

it.for<[what: string, text: string, answer: string]>([
  ['without a word', '', ''],
  ['after half a request', 'GET /healthz HTTP/1.1\r\nHo', 'HTTP/1.1 400'],
  ['after a request', 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n', 'HTTP/1.1 200'],
  ['on a WebSocket', upgrade, 'HTTP/1.1 101'],
])('ends the socket of a client that closed its half %s', async ([_what, text, answer], { ocore }) => {
  expect(await untilGone(ocore, text, { fin: true })).toBe(answer);
});
