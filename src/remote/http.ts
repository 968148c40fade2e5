import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import { Client } from 'undici';
import { RemoteError, toRemoteError } from './errors.ts';

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Asks for the connection itself, in both directions. */
  upgrade?: string;
}

export interface HttpResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: Readable;
  /** The connection, after an upgrade. */
  socket: Duplex | null;
}

/** How long a response may be silent between two chunks, and what happens then: by default, it ends with the error. */
export interface Silence {
  ms: number;
  /** Asked whether the other side is still there; a rejection ends the response. */
  ask?: () => Promise<unknown>;
}

/** The longest that a timer takes: 24 days. */
const neverMs = 2 ** 31 - 1;

// undici calls few methods of a socket, and these only where they exist.
function isSocket(stream: Duplex | Socket): stream is Socket {
  return typeof stream.destroy === 'function';
}

/**
 * HTTP/1.1 over one stream that is open already: one request at a time, no redirects, bounded headers, backpressure.
 * Whatever goes wrong ends the connection.
 */
export class HttpConnection {
  readonly #stream: Duplex;
  readonly #client: Client;

  constructor(stream: Duplex, origin: string) {
    let given = false;
    this.#stream = stream;
    stream.on('error', () => {});
    this.#client = new Client(origin, {
      connect: (_options, done) => {
        const again = given;
        given = true;
        // Not at once: undici takes no notice of a response that comes while it still asks.
        queueMicrotask(() => {
          if (again || !isSocket(stream))
            done(new RemoteError('ssh_connection_lost', 'The connection has ended'), null);
          else done(null, stream);
        });
      },
      pipelining: 1,
      maxHeaderSize: 16 * 1024,
      // Deadlines are the caller's: they begin before there is a connection.
      headersTimeout: 0,
      bodyTimeout: 0,
      // Whoever keeps the connection for the next request ends it: by a timer here it could end as that request is made.
      keepAliveTimeout: neverMs,
      keepAliveMaxTimeout: neverMs,
    });
    // After an upgrade too, when the stream lives on without HTTP.
    this.#client.on('disconnect', () => {
      this.#client.destroy().catch(() => {});
    });
  }

  /** Whether another request can be made on it. */
  get usable(): boolean {
    return !this.#client.destroyed && !this.#stream.destroyed && !this.#stream.readableEnded;
  }

  discard(error: Error | null = null): void {
    this.#client.destroy(error).catch(() => {});
    this.#stream.destroy();
  }

  /** Resolves with the head of the response; its body ends with the signal, and when it is silent for too long. */
  open(request: HttpRequest, signal: AbortSignal, silence?: Silence): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      let body: Readable | undefined;
      let quiet: Quiet | undefined;
      const fail = (error: unknown): void => {
        signal.removeEventListener('abort', aborted);
        const known = toRemoteError(error);
        reject(known);
        body?.destroy(known);
        this.discard();
      };
      const aborted = (): void => fail(signal.reason);
      if (signal.aborted) return aborted();
      signal.addEventListener('abort', aborted);
      this.#client.dispatch(request, {
        onRequestStart: (controller) => {
          if (signal.aborted) controller.abort(toRemoteError(signal.reason));
        },
        onRequestUpgrade: (_controller, status, headers, socket) => {
          signal.removeEventListener('abort', aborted);
          socket.on('error', () => {});
          // A stream in both directions does not end by itself when one of them has.
          socket.once('end', () => socket.destroy());
          const ended = (): void => {
            socket.destroy(toRemoteError(signal.reason));
          };
          signal.addEventListener('abort', ended);
          socket.once('close', () => signal.removeEventListener('abort', ended));
          resolve({ status, headers, body: socket, socket });
        },
        onResponseStart: (controller, status, headers) => {
          quiet = silence && new Quiet(silence, fail);
          body = new Readable({
            read: () => {
              quiet?.wait();
              controller.resume();
            },
            destroy: (error, done) => {
              quiet?.stop();
              signal.removeEventListener('abort', aborted);
              if (!body?.readableEnded) this.discard();
              done(error);
            },
          });
          body.on('error', () => {});
          resolve({ status, headers, body, socket: null });
        },
        onResponseData: (controller, chunk) => {
          quiet?.rest();
          if (body?.push(chunk) === false) controller.pause();
        },
        onResponseEnd: () => {
          body?.push(null);
        },
        onResponseError: (_controller, error) => fail(error),
      });
    });
  }
}

/** Notices that a response says nothing; while its reader is busy with what came already, nothing is expected. */
class Quiet {
  readonly #silence: Silence;
  readonly #fail: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(silence: Silence, fail: (error: unknown) => void) {
    this.#silence = silence;
    this.#fail = fail;
  }

  wait(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const { ms, ask } = this.#silence;
    this.#timer = setTimeout(() => {
      if (ask) ask().then(() => this.wait(), this.#fail);
      else this.#fail(new RemoteError('remote_timeout', `The server sent nothing for ${ms / 1000} s`));
    }, ms);
  }

  rest(): void {
    clearTimeout(this.#timer);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}

/** The whole body. One that is longer is an error, or cut. */
export async function collect(body: Readable, maxBytes: number, over: 'fail' | 'cut'): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const data = Buffer.from(chunk);
    chunks.push(data);
    size += data.length;
    if (size <= maxBytes) continue;
    if (over === 'fail') throw new RemoteError('docker_error', `The response is longer than ${maxBytes / 1024} KiB`);
    break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}
