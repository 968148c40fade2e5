import pg from 'pg';
import type { Server } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { recordFact } from '../audit/mutation.ts';
import { lockNumbers } from '../database/lock-numbers.ts';
import { notify } from '../events/hub.ts';
import { type RemoteError, toRemoteError } from '../remote/index.ts';
import { Semaphore } from '../semaphore.ts';
import { metricsScript, metricsShape, readFrom, type Reading } from './facts.ts';
import { targetOf } from './target.ts';
import { serverResource } from './resource.ts';

const missesUntilUnreachable = 2;
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
    const client = new pg.Client({ connectionString: this.#url, keepAlive: true });
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
    let reading: Reading;
    try {
      const host = await this.#app.remote.connect(await targetOf(this.#app, server), AbortSignal.timeout(20_000));
      reading = await readFrom(host, metricsScript, metricsShape, { timeoutMs: 15_000 });
    } catch (error) {
      return this.#missed(server, toRemoteError(error));
    }
    await this.#store(server, reading);
  }

  async #store(server: Server, now: Reading): Promise<void> {
    const before = this.#previous.get(server.id);
    this.#previous.set(server.id, now);
    const cpuTime = before ? now.cpu_total - before.cpu_total : 0;
    const bytes = (kb: number): bigint => BigInt(Math.round(kb)) * 1024n;
    await this.#app.db.prisma.$transaction(async (tx) => {
      await tx.serverMetric.create({
        data: {
          orgId: server.orgId,
          serverId: server.id,
          cpuLoad1m: now.load1,
          cpuLoad5m: now.load5,
          cpuLoad15m: now.load15,
          cpuUsagePercent:
            before && cpuTime > 0 ? Math.round(1000 * (1 - (now.cpu_idle - before.cpu_idle) / cpuTime)) / 10 : null,
          ramTotalBytes: bytes(now.ram_kb),
          ramAvailableBytes: bytes(now.ram_available_kb),
          ramUsedBytes: bytes(now.ram_kb - now.ram_available_kb),
          diskTotalBytes: bytes(now.disk_kb),
          diskUsedBytes: bytes(now.disk_used_kb),
          diskAvailableBytes: bytes(now.disk_available_kb),
          networkRxBytes: BigInt(Math.round(now.net_rx)),
          networkTxBytes: BigInt(Math.round(now.net_tx)),
          uptimeSeconds: BigInt(Math.round(now.uptime)),
        },
      });
      const cameBack = server.status === 'unreachable';
      // A reading is not a change: updatedAt stays.
      await tx.$executeRaw`UPDATE servers SET last_seen_at = now(), missed_checks = 0, disk_available_bytes = ${bytes(now.disk_available_kb)} WHERE id = ${server.id}::uuid`;
      if (cameBack) {
        const changed = await tx.server.updateMany({
          where: { id: server.id, status: 'unreachable' },
          data: { status: 'active', statusMessage: null },
        });
        if (changed.count > 0)
          await recordFact(tx, this.#scope(server), {
            action: 'server.active',
            resource: serverResource,
            resourceId: server.id,
            resourceName: server.name,
            after: { status: 'active' },
          });
      }
      await notify(tx, [`server:${server.id}`, `org:${server.orgId}:servers`]);
    });
  }

  async #missed(server: Server, error: RemoteError): Promise<void> {
    await this.#app.db.prisma.$transaction(async (tx) => {
      const { missedChecks } = await tx.server.update({
        where: { id: server.id },
        data: {
          missedChecks: { increment: 1 },
          ...(error.fingerprint ? { presentedFingerprint: error.fingerprint } : {}),
        },
      });
      // A changed host key is not a hiccup: nothing may be sent to that machine.
      if (error.code !== 'host_key_mismatch' && missedChecks < missesUntilUnreachable) return;
      const changed = await tx.server.updateMany({
        where: { id: server.id, status: 'active' },
        data: { status: 'unreachable', statusMessage: `${error.message}. ${error.hint}` },
      });
      if (changed.count > 0)
        await recordFact(tx, this.#scope(server), {
          action: 'server.unreachable',
          resource: serverResource,
          resourceId: server.id,
          resourceName: server.name,
          after: { status: 'unreachable', reason: error.code },
        });
    });
  }

  #scope(server: Server) {
    return {
      orgId: server.orgId,
      actor: { type: 'system' as const, id: null, name: 'monitor' },
      requestId: `monitor-${server.id.slice(-6)}`,
      ipAddress: null,
      userAgent: null,
    };
  }
}
