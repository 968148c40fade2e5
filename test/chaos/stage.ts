import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedDatabase, startEmbedded } from '../../prisma/embedded.ts';
import { loadSmallImages } from '../bench/small-images.ts';
import { type Fleet, type FleetServer, startFleet } from '../fleet/fleet.ts';
import { portRange } from '../fleet/slot.ts';
import { Client } from '../kit/client.ts';
import { DatabaseProxy } from '../kit/database-proxy.ts';
import { freePort } from '../kit/free-port.ts';
import { Line } from '../kit/line.ts';
import { wideLimits } from '../kit/ocore.ts';
import { Part } from './part.ts';
import { persistently } from './persistent.ts';

export interface StageServer {
  fleet: FleetServer;
  /** What the control plane connects to. */
  line: Line;
}

/** Everything that can break, as processes of their own: servers, database, a gateway and two workers. */
export class Stage {
  readonly dir: string;
  readonly servers: readonly StageServer[];
  readonly gateway: Part;
  readonly workers: readonly Part[];
  readonly #fleet: Fleet;
  readonly #proxy: DatabaseProxy;
  #database: EmbeddedDatabase;

  private constructor(
    dir: string,
    lease: number,
    fleet: Fleet,
    servers: readonly StageServer[],
    database: EmbeddedDatabase,
    proxy: DatabaseProxy,
    port: number,
  ) {
    this.dir = dir;
    this.#fleet = fleet;
    this.servers = servers;
    this.#database = database;
    this.#proxy = proxy;
    const env = {
      DATABASE_URL: proxy.url,
      DATA_DIR: dir,
      ...wideLimits,
      OPERATION_LEASE: `${lease}s`,
      MONITOR_INTERVAL: '1s',
      JWT_ACCESS_EXPIRY: '1d',
      ODOO_IMAGE: 'small-odoo',
      POSTGRES_IMAGE: 'small-postgres:19.0',
      PGBOUNCER_IMAGE: 'small-postgres:19.0',
      PORT_RANGE: portRange,
    };
    this.gateway = new Part('gateway', { ...env, OCORE_ROLE: 'gateway', PORT: String(port) }, join(dir, 'gateway.log'));
    this.workers = [1, 2].map(
      (number) => new Part(`worker-${number}`, { ...env, OCORE_ROLE: 'worker' }, join(dir, `worker-${number}.log`)),
    );
  }

  /** `dir` is taken over: what an earlier run left in it goes. The lease of operations is in seconds. */
  static async start(dir: string, serverCount: number, lease: number): Promise<Stage> {
    await rm(dir, { recursive: true, force: true });
    await mkdir(dir, { recursive: true, mode: 0o755 });
    const fleet = await startFleet({ servers: serverCount });
    const servers: StageServer[] = [];
    for (const server of fleet.servers) {
      await loadSmallImages(server.engine.docker, 2);
      servers.push({ fleet: server, line: await Line.start(server.sshd.port) });
    }
    const database = await startEmbedded(dir);
    const stage = new Stage(
      dir,
      lease,
      fleet,
      servers,
      database,
      await DatabaseProxy.start(database.url),
      await freePort(),
    );
    try {
      await stage.gateway.start();
      await Promise.all(stage.workers.map((worker) => worker.start()));
      return stage;
    } catch (error) {
      await stage.stop();
      throw error;
    }
  }

  get parts(): readonly Part[] {
    return [this.gateway, ...this.workers];
  }

  async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.#database.url });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Signs somebody up, with an organization of their own. */
  async owner(): Promise<Client> {
    const email = `chaos-${Math.random().toString(36).slice(2, 10)}@example.com`;
    const answer = await persistently(new Client(this.gateway.url, null, null), 'POST', '/auth/signup', {
      email,
      password,
      name: 'Chaos',
    });
    return new Client(
      this.gateway.url,
      answer.text('accessToken'),
      answer.text('organizations.0.slug'),
      answer.text('refreshToken'),
      email,
    );
  }

  /** What a server is registered with. */
  registration(server: StageServer): Record<string, unknown> {
    const { host, user, sshd, engine } = server.fleet;
    return { host, port: server.line.port, sshUser: user, sshPrivateKey: sshd.privateKey, dockerSocket: engine.socket };
  }

  stopDatabase(): Promise<void> {
    return this.#database.stop();
  }

  async startDatabase(): Promise<void> {
    this.#database = await startEmbedded(this.dir);
    this.#proxy.retarget(this.#database.url);
  }

  async stop(): Promise<void> {
    await Promise.all(this.parts.map((part) => part.kill()));
    for (const {
      line,
      fleet: { engine },
    } of this.servers) {
      await line.stop();
      // A run that ends early leaves an engine as it is, perhaps stopped.
      await engine.signal('SIGCONT').catch(() => {});
      await engine.docker.ping().catch(() => engine.start());
    }
    await this.#proxy.stop();
    await this.#database.stop();
    await this.#fleet.stop();
  }
}

export const password = 'correct horse 1';
