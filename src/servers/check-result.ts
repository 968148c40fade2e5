import type { Server } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { recordFact } from '../audit/mutation.ts';
import { notify } from '../events/hub.ts';
import type { RemoteError } from '../remote/index.ts';
import type { Reading } from './facts.ts';
import { serverResource } from './resource.ts';

type Prisma = App['db']['prisma'];

const missesUntilUnreachable = 2;

/** Stands for a request where the monitor acts by itself. */
export const checkId = ({ id }: Server): string => `monitor-${id.slice(-6)}`;

function scopeOf(server: Server) {
  return {
    orgId: server.orgId,
    actor: { type: 'system' as const, id: null, name: 'monitor' },
    requestId: checkId(server),
    ipAddress: null,
    userAgent: null,
  };
}

/** Stores a reading, with the use of the processor since the one before; a server that was away is active again. */
export async function storeReading(
  prisma: Prisma,
  server: Server,
  now: Reading,
  before: Reading | undefined,
): Promise<void> {
  const cpuTime = before ? now.cpu_total - before.cpu_total : 0;
  const bytes = (kb: number): bigint => BigInt(Math.round(kb)) * 1024n;
  await prisma.$transaction(async (tx) => {
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
        await recordFact(tx, scopeOf(server), {
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

/** Counts a check that failed; after two of them the server is unreachable. */
export async function storeMiss(prisma: Prisma, server: Server, error: RemoteError): Promise<void> {
  await prisma.$transaction(async (tx) => {
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
      await recordFact(tx, scopeOf(server), {
        action: 'server.unreachable',
        resource: serverResource,
        resourceId: server.id,
        resourceName: server.name,
        after: { status: 'unreachable', reason: error.code },
      });
  });
}
