import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RemotePool, type RemoteHost } from '../../src/remote/index.ts';
import { everywhere } from '../kit/everywhere.ts';

/** What the "engine" does with a request line on its connection. */
export type Answer = (socket: net.Socket, request: string) => void;

const ping = 'HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK';

export const head = (status: string, ...headers: string[]): string =>
  `HTTP/1.1 ${status}\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;

/** A unix socket that answers in bytes, as no engine would, and the control plane's own way to it. */
export class RawEngine {
  readonly path = join(tmpdir(), `ocore-raw-${process.pid}-${Math.random().toString(36).slice(2)}.sock`);
  readonly requests: string[] = [];
  readonly sockets = new Set<net.Socket>();
  answer: Answer = () => {};
  readonly #server = net.createServer((socket) => {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const request = data.toString('latin1').split('\r\n')[0] ?? '';
      if (!/HTTP\/1\.1$/.test(request)) return;
      this.requests.push(request);
      if (request.includes('/_ping')) socket.write(ping);
      else this.answer(socket, request);
    });
  });
  readonly #pool = new RemotePool({ destinations: everywhere, connectTimeoutMs: 10_000 });

  async start(): Promise<RemoteHost> {
    this.#server.listen(this.path);
    await once(this.#server, 'listening');
    return this.#pool.connect({ kind: 'local', serverId: 'raw', dockerSocket: this.path });
  }

  async stop(): Promise<void> {
    await this.#pool.close();
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await rm(this.path, { force: true });
  }
}
