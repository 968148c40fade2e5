import pg from 'pg';
import type { Server } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { connecting } from '../database/connecting.ts';
import { lockNumbers } from '../database/lock-numbers.ts';
import { toRemoteError } from '../remote/index.ts';
import { Semaphore } from '../semaphore.ts';
import { storeMiss, storeReading } from './check-result.ts';
import { metricsScript, metricsShape, readFrom, type Reading } from './facts.ts';
import { targetOf } from './target.ts';

const placesPerOrganization = 10;

/**
 * Reads the metrics of every server that was validated over its standing connection and notices when one stops answering or comes back.
 * One worker of the installation watches; the others stand by until its lock is free.
 */
export class ServerMonitor {
  readonly #app: App;
  readonly #url: string;
  readonly #previous = new Map<string, Reading>();
  readonly #checking = new Set<string>();
  readonly #lanes = new Map<string, Semaphore>();
  #lock: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #round: Promise<void> = Promise.resolve();

  constructor(app: App, databaseUrl: string) {
    this.#app = app;
    this.#url = databaseUrl;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#round = this.#watch().catch((error: unknown) =>
        this.#app.log.warn({ err: error }, 'The monitor missed a round'),
      );
    }, this.#app.config.MONITOR_INTERVAL * 1000);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#round;
    await this.#lock?.end().catch(() => {});
  }

  async #watch(): Promise<void> {
    if (this.#stopped || !(await this.#isLeader())) return;
    const servers = await this.#app.db.prisma.server.findMany({
      where: {
        // A server that never passed validation may be anybody's machine.
        status: { in: ['active', 'unreachable'] },
        validatedAddress: { not: null },
        OR: [{ kind: 'local' }, { hostKeyFingerprint: { not: null } }],
      },
    });
    // A server that has not answered yet is not asked again, or those that never do would fill the memory.
    await Promise.all(
      servers
        .filter(({ id }) => !this.#checking.has(id))
        .map(async (server) => {
          this.#checking.add(server.id);
          const release = await this.#laneOf(server.orgId).acquire();
          try {
            await this.#check(server);
          } catch (error) {
            this.#app.log.warn({ err: error, serverId: server.id }, 'The monitor could not store its measurements');
          } finally {
            release();
            this.#checking.delete(server.id);
          }
        }),
    );
    await this.#app.db.prisma.serverMetric.deleteMany({
      where: { collectedAt: { lt: new Date(Date.now() - 8 * 86400_000) } },
    });
  }

  /** Each organization has its own slots: unresponsive servers do not delay those of others. */
  #laneOf(orgId: string): Semaphore {
    const lane = this.#lanes.get(orgId) ?? new Semaphore(placesPerOrganization);
    this.#lanes.set(orgId, lane);
    return lane;
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

  async #check(server: Server): Promise<void> {
    const { prisma } = this.#app.db;
    let reading: Reading;
    try {
      const host = await this.#app.remote.connect(await targetOf(this.#app, server), AbortSignal.timeout(20_000));
      reading = await readFrom(host, metricsScript, metricsShape, { timeoutMs: 15_000 });
    } catch (error) {
      return storeMiss(prisma, server, toRemoteError(error));
    }
    const before = this.#previous.get(server.id);
    this.#previous.set(server.id, reading);
    await storeReading(prisma, server, reading, before);
  }
}
