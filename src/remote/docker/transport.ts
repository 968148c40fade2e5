import type { Duplex, Readable } from 'node:stream';
import { z } from 'zod';
import { engineError, RemoteError } from '../errors.ts';
import type { RemoteGuard } from '../guard.ts';
import { collect, type HttpResponse, type Silence } from '../http.ts';
import { anySignal, Deadline, within } from '../within.ts';
import { type EngineCall, type EngineCallName, engineCalls } from './calls.ts';
import { type Dial, EngineConnections, type Lease } from './connections.ts';
import { negotiated } from './version.ts';

type Holes<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | Holes<Rest> : never;

export interface Ask<Name extends EngineCallName> {
  /** What stands for the `{…}` of the call's path. */
  path?: Readonly<Record<Holes<(typeof engineCalls)[Name]['path']>, string>>;
  query?: Record<string, string>;
  body?: object | Buffer;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
  /** Instead of the call's own deadline. */
  deadlineMs?: number;
  /** Asks for the connection in both directions. */
  upgrade?: string;
  /** With a stream that may be silent for long: whether the engine is still there. */
  silent?: () => Promise<unknown>;
}

const errorShape = z.object({ message: z.string() });

/** Makes the calls of `engineCalls`, and no others: each with its deadline, its limit, the guard and the cancel. */
export class EngineTransport {
  readonly #connections: EngineConnections;
  readonly #guard: RemoteGuard | undefined;
  #version: string | undefined;

  constructor(dial: Dial, options: { connections: number; guard?: RemoteGuard | undefined }) {
    this.#connections = new EngineConnections(dial, options.connections);
    this.#guard = options.guard;
  }

  /** Ends the connections that nobody uses. */
  endIdle(): void {
    this.#connections.endIdle();
  }

  /** The whole response, in the given shape. */
  async json<Name extends EngineCallName, T>(name: Name, shape: z.ZodType<T>, ask: Ask<Name>): Promise<T> {
    const text = (await this.call(name, ask)).toString('utf8');
    const parsed = z
      .string()
      .transform((value, context): unknown => {
        try {
          return JSON.parse(value);
        } catch {
          context.addIssue({ code: 'custom', message: 'not JSON' });
          return z.NEVER;
        }
      })
      .pipe(shape)
      .safeParse(text);
    if (parsed.success) return parsed.data;
    throw new RemoteError('docker_error', `The Docker engine’s response to ${name} is not valid`, {
      cause: parsed.error,
    });
  }

  /** The whole response, as bytes. */
  call<Name extends EngineCallName>(name: Name, ask: Ask<Name>): Promise<Buffer> {
    const call: EngineCall = engineCalls[name];
    return within(this.#bounds(name, ask), async (signal) => {
      const lease = await this.#connections.take(signal);
      try {
        const response = await this.#send(name, ask, lease, signal);
        return await collect(response.body, call.maxBytes, 'fail');
      } finally {
        lease.release();
      }
    });
  }

  /** A response that is read as it comes. Whoever takes it reads it to its end, or destroys it. */
  async stream<Name extends EngineCallName>(
    name: Name,
    ask: Ask<Name>,
  ): Promise<{ body: Readable; socket: Duplex | null }> {
    const bounds = this.#bounds(name, ask);
    const deadline = new Deadline(bounds);
    try {
      return await deadline.race(async (signal) => {
        const lease = await this.#connections.take(signal, 'long');
        try {
          const silence = { ms: bounds.ms, ...(ask.silent ? { ask: ask.silent } : {}) };
          const { body, socket } = await this.#send(name, ask, lease, signal, silence);
          deadline.met();
          body.once('close', () => {
            lease.release();
            deadline.close();
          });
          if (body.destroyed) lease.release();
          return { body, socket };
        } catch (error) {
          lease.connection.discard();
          lease.release();
          throw error;
        }
      });
    } catch (error) {
      deadline.close();
      throw error;
    }
  }

  #bounds<Name extends EngineCallName>(name: Name, ask: Ask<Name>) {
    const call: EngineCall = engineCalls[name];
    const ms = ask.deadlineMs ?? call.deadlineMs;
    this.#guard?.check({ name, changes: call.changes, deadlineMs: ms });
    return { what: `The Docker engine’s response to ${name}`, ms, signal: anySignal(this.#guard?.signal, ask.signal) };
  }

  async #send<Name extends EngineCallName>(
    name: Name,
    ask: Ask<Name>,
    { connection }: Lease,
    signal: AbortSignal,
    silence?: Silence,
  ): Promise<HttpResponse> {
    const call: EngineCall = engineCalls[name];
    const prefix = call.unversioned ? '' : `/v${await this.#speak(connection, signal)}`;
    const parameters: Readonly<Record<string, string>> = ask.path ?? {};
    const path = call.path.replaceAll(/\{(\w+)\}/g, (_all, parameter: string) =>
      encodeURIComponent(parameters[parameter] ?? ''),
    );
    const query = ask.query ? `?${new URLSearchParams(ask.query)}` : '';
    // Asked a second time: the wait for a connection may have been long.
    this.#guard?.check({ name, changes: call.changes, deadlineMs: ask.deadlineMs ?? call.deadlineMs });
    const response = await connection.open(
      {
        method: call.method,
        path: `${prefix}${path}${query}`,
        headers: {
          ...(ask.body ? { 'content-type': Buffer.isBuffer(ask.body) ? 'application/x-tar' : 'application/json' } : {}),
          ...ask.headers,
        },
        ...(ask.body ? { body: Buffer.isBuffer(ask.body) ? ask.body : JSON.stringify(ask.body) } : {}),
        ...(ask.upgrade ? { upgrade: ask.upgrade } : {}),
      },
      signal,
      silence,
    );
    const { status, body } = response;
    if (
      status === (ask.upgrade ? 101 : 200) ||
      (!ask.upgrade && status > 200 && status < 300) ||
      (status === 304 && call.unchanged)
    )
      return response;
    const said = (await collect(body, 64 * 1024, 'cut')).toString('utf8');
    if (status < 400)
      throw new RemoteError(
        'docker_error',
        `The Docker engine responded to ${name} with status ${status}; redirects are not followed`,
        { status },
      );
    throw engineError(reasonOf(said), status);
  }

  /** The API version for this engine: asked once. */
  async #speak(connection: Lease['connection'], signal: AbortSignal): Promise<string> {
    if (this.#version) return this.#version;
    const { status, headers, body } = await connection.open(
      { method: engineCalls.ping.method, path: engineCalls.ping.path },
      signal,
    );
    const said = (await collect(body, 64 * 1024, 'fail')).toString('utf8');
    if (status !== 200) throw engineError(reasonOf(said), status);
    const version = negotiated(String(headers['api-version']));
    if (!version)
      throw new RemoteError('docker_error', 'The Docker engine is older than 20.10 or does not report its version');
    this.#version = version;
    return version;
  }
}

function reasonOf(text: string): string {
  try {
    return errorShape.parse(JSON.parse(text)).message;
  } catch {
    return text;
  }
}
