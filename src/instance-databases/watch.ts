import type { Server } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { type RemoteError, type RemoteHost, toRemoteError } from '../remote/index.ts';
import type { ServerLook } from '../servers/index.ts';
import { figuresOf } from './overview.ts';
import { endTrust } from './trust.ts';

/** How often a database is read at most, however often its server is checked. */
const everyMs = 30_000;
const keptMs = 7 * 86_400_000;

/** Reads the figures of the databases of running instances. One that does not answer is not read, and is nobody's fault here. */
export class DatabaseWatch implements ServerLook {
  readonly #app: App;
  readonly #readAt = new Map<string, number>();
  #cleanedAt = 0;

  constructor(app: App) {
    this.#app = app;
  }

  async look(server: Server, host: RemoteHost, signal: AbortSignal): Promise<RemoteError | undefined> {
    const { prisma } = this.#app.db;
    const instances = await prisma.instance.findMany({ where: { serverId: server.id, status: 'running' } });
    const now = performance.now();
    for (const instance of instances) {
      if (signal.aborted) return undefined;
      if (now - (this.#readAt.get(instance.id) ?? Number.NEGATIVE_INFINITY) < everyMs) continue;
      this.#readAt.set(instance.id, now);
      try {
        if (instance.databaseTrust !== null) await endTrust(this.#app, { instance, host }, signal);
        const { orgId, id: instanceId } = instance;
        const read = await figuresOf({ instance, host }, { timeoutMs: 5000, signal });
        await prisma.databaseMetric.create({
          data: {
            orgId,
            instanceId,
            sizeBytes: BigInt(read.sizeBytes),
            connections: read.connections,
            maxConnections: read.maxConnections,
            active: read.active,
            idleInTransaction: read.idleInTransaction,
            waiting: read.waiting,
            longestTransactionSeconds: read.longestTransactionSeconds,
            commits: BigInt(read.commits),
            rollbacks: BigInt(read.rollbacks),
            blocksHit: BigInt(read.blocksHit),
            blocksRead: BigInt(read.blocksRead),
            deadlocks: BigInt(read.deadlocks),
            tempBytes: BigInt(read.tempBytes),
          },
        });
      } catch (error) {
        this.#app.log.debug({ err: toRemoteError(error), instanceId: instance.id }, 'A database was not read');
      }
    }
    await this.#clean(now);
    return undefined;
  }

  async #clean(now: number): Promise<void> {
    if (now - this.#cleanedAt < 3600_000 && this.#cleanedAt > 0) return;
    this.#cleanedAt = now;
    const old = new Date(Date.now() - keptMs);
    await this.#app.db.prisma.databaseMetric.deleteMany({ where: { collectedAt: { lt: old } } });
    for (const [id, at] of this.#readAt) if (now - at > 86_400_000) this.#readAt.delete(id);
  }
}
