import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import tls from 'node:tls';

const file = (name: string): string => join(import.meta.dirname, 'receiver-tls', name);

/** For processes of their own: NODE_EXTRA_CA_CERTS. */
export const receiverCertificate = file('cert.pem');
const cert = readFileSync(receiverCertificate, 'utf8');
const key = readFileSync(file('key.pem'), 'utf8');

tls.setDefaultCACertificates([...tls.getCACertificates('default'), cert]);

/** What a control plane needs to send to receivers here. */
export const receiversAllowed = { WEBHOOK_NETWORKS_ALLOWED: '127.0.0.1' };

/** One request, as it came. */
export interface Received {
  headers: Record<string, string>;
  body: string;
  path: string;
  at: number;
}

export interface RawEvent {
  type: string;
  timestamp: string;
  data: { id: string; resourceId: string; resourceName: string | null; data: Record<string, unknown> };
}

export type Answering = (response: ServerResponse, received: Received) => void;

const textHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** Somebody's HTTPS server that webhooks are sent to. It answers 200, unless it is told otherwise. */
export class Receiver {
  readonly #server: Server;
  readonly received: Received[] = [];
  answer: Answering = (response) => response.end('ok');

  private constructor() {
    this.#server = createServer({ cert, key, keepAliveTimeout: 60_000 }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const received = { headers: textHeaders(request.headers), body, path: request.url ?? '', at: Date.now() };
        this.received.push(received);
        this.answer(response, received);
      });
    });
  }

  static async start(address = '127.0.0.1'): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => {
      receiver.#server.listen(0, address, resolve);
    });
    return receiver;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The receiver does not listen');
    return address.port;
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}/hook`;
  }

  /** The events, in the order in which they came. */
  get events(): RawEvent[] {
    return this.received.map(({ body }) => JSON.parse(body));
  }

  /** Those of a type, by the names of what they are about. */
  names(type: string): unknown[] {
    return this.events.filter((event) => event.type === type).map((event) => event.data.resourceName);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
