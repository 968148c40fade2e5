import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import net from 'node:net';
import { dirname } from 'node:path';
import { type EngineCallName, engineCalls } from '../../../src/remote/docker/calls.ts';
import { honestAnswers } from './answers.ts';
import { type EngineRequest, HttpConnection } from './http-connection.ts';
import type { Misbehaviour } from './misbehaviours.ts';
import { PublishedPorts } from './published-ports.ts';
import { EngineState } from './state.ts';

const routes = Object.entries(engineCalls).map(([name, { method, path }]) => ({
  name,
  method,
  // An image's name may have slashes; Docker matches it after decoding.
  pattern: new RegExp(`^${path.replace('/images/{name}', '/images/(.+)').replace(/\{\w+\}/, '([^/]+)')}$`),
}));
const isCall = (name: string): name is EngineCallName => name in engineCalls;
const common = {
  'Api-Version': '1.43',
  'Docker-Experimental': 'false',
  Ostype: 'linux',
  Server: 'Docker/24.0.7 (linux)',
};

/** What is done to one instance, or one image, in one call. */
export interface Plot {
  call: EngineCallName;
  misbehaviour: Misbehaviour;
}

/**
 * A Docker engine in memory on a socket of its own: honest by default, and as hostile as its plots say. Plots are made
 * against single instances, so one engine serves many cases at the same time.
 */
export class FakeEngine {
  readonly socket: string;
  readonly state = new EngineState();
  readonly ports: PublishedPorts;
  /** Requests that are in no list of calls: the product makes none. */
  readonly unknown: string[] = [];
  readonly #server: net.Server;
  readonly #plots = new Map<string, Plot | null>();
  readonly #served = new Map<string, number>();
  #wake: (() => void)[] = [];
  #everywhere: Plot | undefined;

  private constructor(socket: string, ports: PublishedPorts) {
    this.socket = socket;
    this.ports = ports;
    this.#server = net.createServer(
      { allowHalfOpen: true },
      (connection) => new HttpConnection(connection, (request, http) => this.#answer(request, http)),
    );
    this.state.images.add('postgres:17').add('odoo:19.0');
  }

  static async listen(socket: string, ports = new PublishedPorts()): Promise<FakeEngine> {
    await mkdir(dirname(socket), { recursive: true });
    await rm(socket, { force: true });
    const engine = new FakeEngine(socket, ports);
    engine.#server.listen(socket);
    await once(engine.#server, 'listening');
    return engine;
  }

  /** Names an instance with what is done to it; requests about one that was not named yet wait for it. */
  expectInstance(id: string, plot: Plot | null): void {
    this.#plots.set(id, plot);
    for (const wake of this.#wake.splice(0)) wake();
  }

  expectImage(image: string, plot: Plot): void {
    this.#plots.set(image, plot);
  }

  /** For calls that name no instance. */
  set everywhere(plot: Plot | undefined) {
    this.#everywhere = plot;
  }

  /** How often the call was misused, for an instance or an image, or for all. */
  served(call: EngineCallName, subject = ''): number {
    return this.#served.get(`${call} ${subject}`) ?? 0;
  }

  close(): void {
    this.#server.close();
  }

  async #answer(request: EngineRequest, connection: HttpConnection): Promise<void> {
    // As Docker's router does it.
    if (request.path.includes('//'))
      return connection.send('301 Moved Permanently', { Location: request.path.replace(/\/+/g, '/') });
    if (Number(request.version?.split('.')[1] ?? 0) > 43)
      return connection.send(
        '400 Bad Request',
        { 'Content-Type': 'application/json' },
        JSON.stringify({
          message: `client version ${request.version} is too new. Maximum supported API version is 1.43`,
        }),
      );
    const imports = request.query.has('fromSrc');
    const route = routes.find(
      ({ name, method, pattern }) =>
        method === request.method && pattern.test(request.path) && (name === 'importImage') === imports,
    );
    if (!route || !isCall(route.name)) {
      this.unknown.push(`${request.method} ${request.path}`);
      return connection.send(
        '404 Not Found',
        { 'Content-Type': 'application/json' },
        JSON.stringify({ message: 'page not found' }),
      );
    }
    const call = route.name;
    const name = route.pattern.exec(request.path)?.[1] ?? '';
    const subject = this.#subject(call, name, request);
    const plot = this.#everywhere ?? (subject === undefined ? undefined : await this.#plotOf(subject));
    if (plot?.call === call && this.#aims(call, name, request)) {
      const key = `${call} ${this.#everywhere ? '' : (subject ?? '')}`;
      this.#served.set(key, (this.#served.get(key) ?? 0) + 1);
      connection.hijack(
        () => {},
        () => {},
      );
      return plot.misbehaviour.serve({
        socket: connection.socket,
        call,
        honest: () => this.#honest(call, name, request, connection),
      });
    }
    const answer = await this.#honest(call, name, request, connection);
    if (!answer) return;
    const body = answer.json === undefined ? (answer.text ?? '') : `${JSON.stringify(answer.json)}\n`;
    connection.send(
      answer.status,
      {
        ...common,
        ...(body
          ? { 'Content-Type': answer.json === undefined ? 'text/plain; charset=utf-8' : 'application/json' }
          : {}),
      },
      body,
    );
  }

  #honest(call: EngineCallName, name: string, request: EngineRequest, connection: HttpConnection) {
    return honestAnswers[call]({ state: this.state, ports: this.ports, request, connection, name });
  }

  /** Whether PostgreSQL is ready is asked until it is: what hurts is the command after that. */
  #aims(call: EngineCallName, name: string, request: EngineRequest): boolean {
    if (call === 'createExec') return request.body.includes('"psql"');
    return this.state.execs.get(name)?.argv[0] !== 'pg_isready';
  }

  /** The instance, or the image, that a request is about. */
  #subject(call: EngineCallName, name: string, request: EngineRequest): string | undefined {
    if (call === 'inspectImage') return name;
    if (call === 'pullImage') {
      const tag = request.query.get('tag');
      return `${request.query.get('fromImage') ?? ''}${tag ? `:${tag}` : ''}`;
    }
    const { state } = this;
    const object =
      state.container(name)?.name ?? state.execs.get(name)?.container.name ?? state.network(name)?.name ?? name;
    const text = `${object} ${request.query.toString()} ${request.query.get('filters') ?? ''} ${call === 'putArchive' ? '' : request.body.toString('latin1')}`;
    return /(?:ocore-|sh\.ocore\.instance(?:=|":\s*"))([0-9a-f]{8}-[0-9a-f-]{27})/.exec(text)?.[1];
  }

  async #plotOf(subject: string): Promise<Plot | null | undefined> {
    if (!/^[0-9a-f]{8}-/.test(subject)) return this.#plots.get(subject);
    // The operation may begin before its test has heard of the instance's id.
    while (!this.#plots.has(subject))
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
      });
    return this.#plots.get(subject);
  }
}
