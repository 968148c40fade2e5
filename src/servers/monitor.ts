import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Server } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { connecting } from '../database/connecting.ts';
import { lockNumbers } from '../database/lock-numbers.ts';
import { RemoteError, type RemoteHost, toRemoteError } from '../remote/index.ts';
import { checkId, storeCheck } from './check-result.ts';
import { diskOf, metricsScript, metricsShape, readFrom, type Reading } from './facts.ts';
import { targetOf } from './target.ts';

const readingMs = 15_000;
/** PostgreSQL stops when it cannot write, and so does the engine: below this a disk is full. */
const fullBelowKb = 1024 * 1024;

/** Looks at what a feature has on a server whose engine responds; gives what the engine then could not do. */
export interface ServerLook {
  look(server: Server, host: RemoteHost, signal: AbortSignal): Promise<RemoteError | undefined>;
}

/**
 * Checks every server that was validated over a connection of its own: reads its metrics, and compares what its Docker
 * engine says with what the rows say. One worker of the installation watches; the others stand by until its lock is free.
 */
export class ServerMonitor {
  readonly #app: App;
  readonly #url: string;
  readonly #looks: readonly ServerLook[];
  readonly #previous = new Map<string, Reading>();
  readonly #checks = new Map<string, Promise<void>>();
  readonly #ending = new AbortController();
  #lock: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;

  constructor(app: App, databaseUrl: string, looks: readonly ServerLook[]) {
    this.#app = app;
    this.#url = databaseUrl;
    this.#looks = looks;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#round ??= this.#watch()
        .catch((error: unknown) => this.#app.log.warn({ err: error }, 'The monitor missed a round'))
        .finally(() => {
          this.#round = undefined;
        });
    }, this.#intervalMs);
  }

  /** Ends every check that is under way. */
  async stop(): Promise<void> {
    this.#ending.abort();
    clearInterval(this.#timer);
    await this.#round;
    await Promise.all(this.#checks.values());
    await this.#lock?.end().catch(() => {});
  }

  get #intervalMs(): number {
    return this.#app.config.MONITOR_INTERVAL * 1000;
  }

  async #watch(): Promise<void> {
    if (!(await this.#isLeader())) return;
    const servers = await this.#app.db.prisma.server.findMany({
      where: {
        // A server that never passed validation may be anybody's machine.
        status: { in: ['active', 'unreachable'] },
        validatedAddress: { not: null },
        OR: [{ kind: 'local' }, { hostKeyFingerprint: { not: null } }],
      },
    });
    for (const [index, server] of servers.entries()) {
      // A server that has not answered yet is not asked again, or those that never do would fill the memory.
      if (this.#checks.has(server.id) || this.#ending.signal.aborted) continue;
      // All of them over half of the interval, not at the same moment; none waits for another.
      const check = this.#checkAfter((this.#intervalMs / 2) * (index / servers.length), server).finally(() =>
        this.#checks.delete(server.id),
      );
      this.#checks.set(server.id, check);
    }
    const watched = new Set(servers.map(({ id }) => id));
    for (const id of this.#previous.keys()) if (!watched.has(id)) this.#previous.delete(id);
    await this.#app.db.prisma.serverMetric.deleteMany({
      where: { collectedAt: { lt: new Date(Date.now() - 8 * 86400_000) } },
    });
  }

  async #isLeader(): Promise<boolean> {
    if (this.#lock) return true;
    const client = new pg.Client({ connectionString: this.#url, ...connecting });
    client.on('error', () => {
      this.#lock = undefined;
    });
    await client.connect();
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
      lockNumbers.serverMonitor,
    ]);
    if (rows[0]?.held) this.#lock = client;
    else await client.end();
    return this.#lock !== undefined;
  }

  /** Never rejects. What ends with the program says nothing about the server. */
  async #checkAfter(ms: number, server: Server): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.#ending.signal });
      await this.#check(server);
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      const requestId = checkId(server);
      this.#app.log.warn(
        { err: error, requestId, serverId: server.id },
        'The monitor could not store its measurements',
      );
    }
  }

  async #check(server: Server): Promise<void> {
    const { signal } = this.#ending;
    const before = this.#previous.get(server.id);
    let host: RemoteHost | undefined;
    let reading: Reading | undefined;
    let problem: RemoteError | undefined;
    try {
      host = await this.#app.remote.connect(await targetOf(this.#app, server), signal, 'monitoring');
      reading = await readFrom(host, metricsScript, metricsShape, { ...diskOf(server), timeoutMs: readingMs, signal });
      this.#previous.set(server.id, reading);
      await host.docker.ping({ signal });
    } catch (error) {
      problem = toRemoteError(error);
    }
    if (host && !problem) for (const one of this.#looks) problem ??= await one.look(server, host, signal);
    if (signal.aborted) return;
    // A full disk comes first: it may be why the engine does not respond.
    problem = (reading && fullDisk(reading)) ?? problem;
    await storeCheck(this.#app.db.prisma, server, { reading, before, problem });
  }
}

function fullDisk({ disk_available_kb: free }: Reading): RemoteError | undefined {
  if (free >= fullBelowKb) return undefined;
  return new RemoteError('disk_full', `The disk is full: only ${Math.floor(free / 1024)} MiB are free`);
}
