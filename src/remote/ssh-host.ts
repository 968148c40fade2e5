import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { Channel, ChannelStream } from './channel.ts';
import { findRelay, relayStream } from './dial-stdio.ts';
import { DockerEngine } from './docker/engine.ts';
import { RemoteError } from './errors.ts';
import type { RemoteGuard } from './guard.ts';
import type { HttpDelete, HttpGet, RemoteHost, RunOptions, RunResult, SessionProcess } from './host.ts';
import { httpCall } from './http-get.ts';
import { type ChannelKind, openingError } from './opening.ts';
import { outputOf } from './run.ts';
import { commandOf, type HostScript } from './script.ts';
import { Semaphore } from '../semaphore.ts';
import { anySignal, within } from './within.ts';

/** How long the server may take to open a channel, and how long a call waits for its turn to open one. */
const openingMs = 15_000;
const turnMs = 15_000;

type Open = (done: (error: Error | undefined, channel: ClientChannel) => void) => void;

export interface SshHostOptions {
  fingerprint: string;
  address: string;
  dockerSocket: string;
  /** Sessions (commands) at once. */
  maxSessions: number;
  guard?: RemoteGuard | undefined;
}

/**
 * One SSH connection to a server, with a bounded number of channels on it. sshd's MaxSessions counts sessions, which run
 * commands; forwarded connections, to the engine's socket or to a port, do not count as such.
 */
export class SshHost implements RemoteHost {
  readonly hostKeyFingerprint: string;
  readonly address: string;
  readonly docker: DockerEngine;
  session: SessionProcess | null = null;
  readonly #client: Client;
  readonly #sessions: Semaphore;
  readonly #forwards: Semaphore;
  readonly #dockerSocket: string;
  readonly #guard: RemoteGuard | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #live = new Set<Channel>();
  /** How the engine is reached where its socket is not open to the user: found out at the first call. */
  #relay: HostScript | undefined;
  #closed = false;

  constructor(client: Client, options: SshHostOptions) {
    this.#client = client;
    this.hostKeyFingerprint = options.fingerprint;
    this.address = options.address;
    this.#dockerSocket = options.dockerSocket;
    this.#guard = options.guard;
    // With one, a stream and the questions beside it would wait for each other.
    const connections = Math.max(2, options.maxSessions);
    this.#sessions = new Semaphore(options.maxSessions);
    // Two stay free of Docker calls: for health checks.
    this.#forwards = new Semaphore(connections + 2);
    this.docker = new DockerEngine((signal) => this.#dialDocker(signal), { connections, guard: options.guard });
    client.on('close', () => this.#end());
    options.guard?.signal.addEventListener('abort', () => this.#lost());
    if (options.guard?.signal.aborted) this.#lost();
  }

  get closed(): boolean {
    return this.#closed;
  }

  onClose(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#client.end();
    this.#end();
  }

  run(script: HostScript, options: RunOptions = {}): Promise<RunResult> {
    const ms = options.timeoutMs ?? 60_000;
    this.#guard?.check({ name: 'run', changes: true, deadlineMs: ms });
    return within(
      { what: 'The command', ms, signal: anySignal(this.#guard?.signal, options.signal) },
      async (signal) => {
        return outputOf(await this.#session(commandOf(script), signal), options, signal);
      },
    );
  }

  httpGet(request: HttpGet): Promise<{ status: number; body: string }> {
    return this.#http(request);
  }

  httpDelete(request: HttpDelete): Promise<{ status: number; body: string }> {
    return this.#http(request);
  }

  #http(request: HttpGet | HttpDelete): Promise<{ status: number; body: string }> {
    const open: Open = (done) => this.#client.forwardOut('127.0.0.1', 0, '127.0.0.1', request.port, done);
    return httpCall(
      request,
      this.#guard,
      async (signal) => new ChannelStream(await this.#channel('port', open, signal)),
    );
  }

  /** Runs a command. Sessions that are kept for the next Docker call make room for it. */
  #session(command: string, signal: AbortSignal): Promise<Channel> {
    if (this.#sessions.full) this.docker.endIdle();
    return this.#channel('session', (done) => this.#client.exec(command, done), signal);
  }

  /** Opens a channel when one is free. */
  async #channel(kind: ChannelKind, open: Open, signal: AbortSignal): Promise<Channel> {
    const [places, what] =
      kind === 'session'
        ? [this.#sessions, 'Waiting for a free SSH session (maxSshSessions)']
        : [this.#forwards, 'Waiting for a free SSH channel'];
    const free = await within({ what, ms: turnMs, signal }, (limit) => places.acquire(limit));
    if (this.#closed) {
      free();
      throw new RemoteError('ssh_connection_lost', 'The SSH connection is closed');
    }
    return new Promise<Channel>((resolve, reject) => {
      const lost = this.onClose(() =>
        settle(() => reject(new RemoteError('ssh_connection_lost', 'The SSH connection was lost')), free),
      );
      // A connection on which a channel does not open is half dead: the next call makes a new one.
      const timer = setTimeout(() => this.#lost(), openingMs);
      // Nobody waits any more; the place is taken until the server has answered.
      const aborted = (): void => reject(signal.reason);
      const settle = (...then: (() => void)[]): void => {
        clearTimeout(timer);
        lost();
        signal.removeEventListener('abort', aborted);
        for (const step of then) step();
      };
      signal.addEventListener('abort', aborted);
      open((error, raw) =>
        settle(() => {
          if (error) {
            reject(openingError(kind, error));
            return free();
          }
          const channel = new Channel(raw, {
            closed: () => {
              this.#live.delete(channel);
              free();
            },
            hostile: () => this.#lost(),
          });
          this.#live.add(channel);
          if (signal.aborted) channel.close();
          resolve(channel);
        }),
      );
    });
  }

  async #dialDocker(signal: AbortSignal): Promise<Duplex> {
    if (this.#relay === undefined) {
      try {
        const open: Open = (done) => this.#client.openssh_forwardOutStreamLocal(this.#dockerSocket, done);
        return new ChannelStream(await this.#channel('socket', open, signal));
      } catch (error) {
        if (signal.aborted || this.#closed) throw error;
        const host = {
          start: (relay: HostScript, limit: AbortSignal) => this.#start(relay, limit),
          run: (script: HostScript, options: RunOptions) => this.run(script, options),
        };
        this.#relay = await findRelay(host, this.#dockerSocket, signal);
      }
    }
    return this.#start(this.#relay, signal);
  }

  async #start(relay: HostScript, signal: AbortSignal): Promise<Duplex> {
    return relayStream(await this.#session(commandOf(relay, 'stream'), signal), this.#dockerSocket, signal);
  }

  #lost(): void {
    this.#client.destroy();
    this.#end();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const channel of [...this.#live]) channel.lost();
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
    this.docker.endIdle();
  }
}
