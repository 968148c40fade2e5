import WebSocket from 'ws';
import { Answer, type Client } from './client.ts';

/** A WebSocket on which a test says exactly what it wants to, and hears exactly what comes. */
export class RawSocket {
  readonly #socket: WebSocket;
  readonly #heard: unknown[] = [];
  #wake = (): void => {};
  /** The close code and reason, or `HTTP <status>` when the handshake was refused. */
  readonly closed: Promise<string>;
  /** The body of a refused handshake. */
  refusal = '';

  constructor(url: string, options: { protocol?: string; headers?: Record<string, string> } = {}) {
    this.#socket = new WebSocket(
      `${url.replace('http', 'ws')}/graphql`,
      options.protocol === '' ? [] : [options.protocol ?? 'graphql-transport-ws'],
      { headers: options.headers },
    );
    this.closed = new Promise((resolve) => {
      this.#socket.on('close', (code, reason) => {
        resolve(`${code} ${reason.toString()}`.trim());
        this.#wake();
      });
      this.#socket.on('unexpected-response', (_request, response) => {
        response.setEncoding('utf8').on('data', (text: string) => {
          this.refusal += text;
        });
        response.on('end', () => {
          resolve(`HTTP ${response.statusCode ?? 0}`);
          this.#socket.terminate();
        });
      });
      // The close says it.
      this.#socket.on('error', () => {});
    });
    this.#socket.on('message', (data) => {
      this.#heard.push(JSON.parse(String(data)));
      this.#wake();
    });
  }

  async send(message: unknown): Promise<void> {
    if (this.#socket.readyState === WebSocket.CONNECTING)
      await new Promise((resolve) => {
        this.#socket.once('open', resolve);
        this.#socket.once('close', resolve);
      });
    if (this.#socket.readyState === WebSocket.OPEN)
      this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The next message, in order. */
  async next(): Promise<Answer> {
    while (this.#heard.length === 0) {
      if (this.#socket.readyState > WebSocket.OPEN) throw new Error(`The socket was closed: ${await this.closed}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return new Answer(200, new Headers(), this.#heard.shift());
  }

  end(): void {
    this.#socket.terminate();
  }
}

/** A socket whose connection was acknowledged. */
export async function connected(client: Client, headers: Record<string, string> = {}): Promise<RawSocket> {
  const socket = new RawSocket(client.url, { headers });
  await socket.send({
    type: 'connection_init',
    payload: { authorization: `Bearer ${client.token ?? ''}`, 'x-org-slug': client.org ?? '' },
  });
  const answer = await socket.next();
  if (answer.at('type') !== 'connection_ack') throw new Error(JSON.stringify(answer.body));
  return socket;
}
