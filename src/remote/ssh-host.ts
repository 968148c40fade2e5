import http from 'node:http';
import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import type { Client, ClientChannel } from 'ssh2';
import { RemoteError, toRemoteError } from './errors.ts';
import type { HttpRequest, RemoteHost, RunOptions, RunResult } from './host.ts';
import { httpGetOver } from './http-get.ts';
import { type HostScript, shellWord } from './script.ts';
import { Semaphore } from './semaphore.ts';

const openTimeoutMs = 15_000;

type Open = (done: (error: Error | undefined, channel: ClientChannel) => void) => void;

/** One SSH connection to a server, with a bounded number of channels on it. */
export class SshHost implements RemoteHost {
  readonly hostKeyFingerprint: string;
  readonly address: string;
  readonly docker: Docker;
  readonly #client: Client;
  readonly #channels: Semaphore;
  readonly #dockerSocket: string;
  readonly #listeners = new Set<() => void>();
  readonly #live = new Set<ClientChannel>();
  /** How the engine is reached: found out at the first call. */
  #dialCommand: string | undefined;
  #closed = false;

  constructor(client: Client, options: { fingerprint: string; address: string; dockerSocket: string; maxSessions: number }) {
    this.#client = client;
    this.hostKeyFingerprint = options.fingerprint;
    this.address = options.address;
    this.#dockerSocket = options.dockerSocket;
    this.#channels = new Semaphore(options.maxSessions);
    // Two channels stay free of Docker calls: for commands and for health checks.
    const agent = new http.Agent({ keepAlive: true, maxSockets: Math.max(1, options.maxSessions - 2), maxFreeSockets: 2 });
    Object.assign(agent, {
      // docker-modem prints its options before each request, read or not: with the agent's sockets in them this costs more
      // than the request.
      [inspect.custom]: () => 'SshAgent',
      createConnection: (_options: unknown, done: (error: Error | null, socket?: Duplex) => void) => {
        this.#dialDocker().then((socket) => done(null, socket), (error: unknown) => done(toRemoteError(error)));
      },
    });
    this.docker = new Docker({ protocol: 'http', host: 'docker', port: 80 });
    // dockerode's types do not know the option that its HTTP layer takes.
    Object.assign(this.docker.modem, { agent });
    client.on('close', () => this.#end());
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

  async run(script: HostScript, options: RunOptions = {}): Promise<RunResult> {
    const channel = await this.#channel((done) => this.#client.exec(`sh -c ${shellWord(script)}`, done), options.signal);
    const limit = options.maxOutputBytes ?? 1024 * 1024;
    return new Promise((resolve, reject) => {
      let stdout = '';
      let stderr = '';
      let code: number | null = null;
      const stop = (error: RemoteError): void => {
        reject(error);
        channel.signal('KILL');
        channel.destroy();
      };
      const aborted = (): void => stop(new RemoteError('remote_cancelled', 'The command was cancelled'));
      const timer = setTimeout(() => stop(new RemoteError('remote_timeout', 'The command took too long')), options.timeoutMs ?? 60_000);
      options.signal?.addEventListener('abort', aborted);
      // Decoded as a stream: a character may lie across two chunks.
      channel.setEncoding('utf8').on('data', (chunk: string) => { if (stdout.length < limit) stdout += chunk; });
      channel.stderr.setEncoding('utf8').on('data', (chunk: string) => { if (stderr.length < limit) stderr += chunk; });
      channel.on('exit', (status: number | null) => { code = status; });
      channel.on('close', () => {
        clearTimeout(timer);
        options.signal?.removeEventListener('abort', aborted);
        // No status: the command was killed, or the connection went away under it.
        if (code === null) reject(new RemoteError('ssh_connection_lost', 'The connection broke while a command ran'));
        else resolve({ stdout, stderr, code });
      });
      channel.end(options.input ?? '');
    });
  }

  async httpGet(request: HttpRequest): Promise<{ status: number; body: string }> {
    const channel = await this.#channel((done) => this.#client.forwardOut('127.0.0.1', 0, '127.0.0.1', request.port, done), request.signal, 'port');
    return httpGetOver(asSocket(channel), request);
  }

  /** Opens a channel when one is free. Waiting and opening both end with the signal, a time-out or the connection. */
  async #channel(open: Open, signal: AbortSignal | undefined, kind: 'command' | 'port' | 'docker' = 'command'): Promise<ClientChannel> {
    const release = await this.#channels.acquire();
    try {
      if (signal?.aborted) throw new RemoteError('remote_cancelled', 'The work was cancelled');
      if (this.#closed) throw new RemoteError('ssh_connection_lost', 'The SSH connection is closed');
      const channel = await new Promise<ClientChannel>((resolve, reject) => {
        const lost = this.onClose(() => finish(() => reject(new RemoteError('ssh_connection_lost', 'The SSH connection broke'))));
        const timer = setTimeout(() => {
          // A connection on which a channel does not open is half dead: the next call makes a new one.
          finish(() => reject(new RemoteError('ssh_connection_lost', 'The server did not open a channel in time')));
          this.#client.destroy();
        }, openTimeoutMs);
        const finish = (then: () => void): void => {
          clearTimeout(timer);
          lost();
          then();
        };
        open((error, stream) => finish(() => (error ? reject(kind === 'port' ? new RemoteError('ssh_unreachable', error.message, { cause: error }) : toRemoteError(error)) : resolve(stream))));
      });
      this.#live.add(channel);
      channel.on('close', () => {
        this.#live.delete(channel);
        release();
      });
      return channel;
    } catch (error) {
      release();
      throw error;
    }
  }

  async #dialDocker(): Promise<Duplex> {
    if (this.#dialCommand === undefined) {
      try {
        const channel = await this.#channel((done) => this.#client.openssh_forwardOutStreamLocal(this.#dockerSocket, done), undefined, 'docker');
        return asSocket(channel);
      } catch (error) {
        if (this.#closed || this.#dockerSocket !== '/var/run/docker.sock') throw error;
        this.#dialCommand = await this.#findDialCommand();
      }
    }
    const command = this.#dialCommand;
    return asSocket(await this.#channel((done) => this.#client.exec(command, done), undefined, 'docker'));
  }

  /** Where forwarding is off or the socket is closed to the user, the engine's own relay is used, with sudo if needed. */
  async #findDialCommand(): Promise<string> {
    for (const command of ['docker system dial-stdio', 'sudo -n docker system dial-stdio']) {
      const channel = await this.#channel((done) => this.#client.exec(command, done), undefined, 'docker');
      const works = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), 5000);
        channel.once('data', (chunk: Buffer) => { clearTimeout(timer); resolve(chunk.toString('latin1').startsWith('HTTP/1.1 200')); });
        channel.once('close', () => { clearTimeout(timer); resolve(false); });
        channel.stderr.resume();
        channel.write('GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n');
      });
      channel.destroy();
      if (works) return command;
    }
    throw new RemoteError('docker_unavailable', 'The Docker engine does not answer to the SSH user, with or without sudo');
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const channel of this.#live) channel.destroy();
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }
}

/** Node's HTTP client calls a few methods that only sockets have. */
function asSocket(channel: ClientChannel): Duplex {
  const same = (): ClientChannel => channel;
  channel.stderr?.resume();
  // A channel whose other side has ended is of no more use, but would keep its place until we close it too.
  channel.on('end', () => channel.close());
  return Object.assign(channel, { setKeepAlive: same, setNoDelay: same, setTimeout: same, ref: same, unref: same });
}
