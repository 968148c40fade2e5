import { isIP } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { DestinationDenied, type WebhookDestinations } from './destinations.ts';

/** What is kept of a response; the rest is not read. */
const keptBytes = 4096;

/** What came of one attempt. */
export interface Attempt {
  at: string;
  /** The HTTP status; null: there was no response. */
  status: number | null;
  headers: Record<string, string>;
  body: string;
  durationMs: number;
  /** Why there was no whole response; null if there was. */
  error: string | null;
}

type Headers = Record<string, string>;

/** Headers as they are kept: no cookies, and not more than the body may have. */
function keptHeaders(given: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const kept: Headers = {};
  let left = keptBytes;
  for (const [name, value] of Object.entries(given)) {
    const text = storable(Array.isArray(value) ? value.join(', ') : (value ?? ''));
    left -= name.length + text.length;
    if (left < 0) break;
    if (name !== 'set-cookie') kept[name] = text;
  }
  return kept;
}

/** PostgreSQL keeps no NUL. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\ufffd');

function reasonOf(error: unknown): string {
  if (error instanceof DestinationDenied) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  return storable(code && !message.includes(code) ? `${code}: ${message}` : message).slice(0, 300);
}

/** Posts to receivers that are not trusted. Redirects are not followed; a response is read up to a bound, in a bounded time. */
export class Poster {
  readonly #agent: Agent;
  readonly #timeoutMs: number;

  constructor(destinations: WebhookDestinations, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    const connect = buildConnector({ lookup: destinations.lookup, timeout: timeoutMs, allowH2: false });
    this.#agent = new Agent({
      pipelining: 1,
      allowH2: false,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      // Node looks up names only: an address is checked here.
      connect: (options, callback) => {
        const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
        if (isIP(host) && destinations.deniesHost(host)) callback(new DestinationDenied(host), null);
        else connect(options, callback);
      },
    });
  }

  post(url: URL, headers: Headers, body: string): Promise<Attempt> {
    const began = performance.now();
    const attempt: Attempt = {
      at: new Date().toISOString(),
      status: null,
      headers: {},
      body: '',
      durationMs: 0,
      error: null,
    };
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let size = 0;
      let running: Dispatcher.DispatchController | undefined;
      let done = false;
      const end = (error: unknown): void => {
        if (done) return;
        done = true;
        clearTimeout(timer);
        attempt.durationMs = Math.round(performance.now() - began);
        attempt.body = storable(Buffer.concat(chunks).subarray(0, keptBytes).toString('utf8'));
        attempt.error = error === null ? null : reasonOf(error);
        resolve(attempt);
      };
      const late = (): void => {
        const error = new Error(`There was no whole response within ${this.#timeoutMs / 1000} seconds`);
        end(error);
        running?.abort(error);
      };
      const timer = setTimeout(late, this.#timeoutMs);
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart: (controller) => {
          running = controller;
          // It waited for its connection for too long.
          if (done) controller.abort(new Error('Too late'));
        },
        onResponseStart: (_controller, status, received) => {
          if (done || status < 200) return;
          attempt.status = status;
          attempt.headers = keptHeaders(received);
        },
        onResponseData: (controller, chunk) => {
          if (done) return;
          size += chunk.length;
          chunks.push(chunk);
          if (size <= keptBytes) return;
          // Whoever answers more than is kept has answered.
          end(null);
          controller.abort(new Error('The rest of the response is not read'));
        },
        onResponseEnd: () => end(null),
        onResponseError: (_controller, error) => end(error),
      };
      try {
        const path = `${url.pathname}${url.search}`;
        this.#agent.dispatch({ origin: url.origin, path, method: 'POST', headers, body }, handler);
      } catch (error) {
        end(error);
      }
    });
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}
