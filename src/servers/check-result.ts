import type { Server } from '../../prisma/generated/client/client.ts';
import { itself } from '../access/access.ts';
import type { FactScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { recordFact } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { notify } from '../events/hub.ts';
import type { RemoteError } from '../remote/index.ts';
import type { Reading } from './facts.ts';
import { presentHostKey } from './host-key.ts';
import { serverResource } from './resource.ts';

type Prisma = App['db']['prisma'];

const missesUntilUnreachable = 2;

/** Stands for a request where the monitor acts by itself. */
export const checkId = ({ id }: Pick<Server, 'id'>): string => `monitor-${id.slice(-6)}`;

/** The monitor, as who finds something out about a server or what is on it. */
export function monitorScope(server: Pick<Server, 'id' | 'orgId'>): FactScope {
  return {
    orgId: server.orgId,
    actor: itself,
    requestId: checkId(server),
    ipAddress: null,
    userAgent: null,
  };
}

export interface CheckResult {
  /** What the server said; undefined when it was not reached. */
  reading: Reading | undefined;
  /** The reading before, for the use of the processor since then. */
  before: Reading | undefined;
  /** Why it cannot be used now. */
  problem: RemoteError | undefined;
}

/** Stores what a check found out: metrics, and whether the server went away or is back. */
export async function storeCheck(prisma: Prisma, server: Server, result: CheckResult): Promise<void> {
  const { reading, before, problem } = result;
  await prisma.$transaction(async (tx) => {
    if (reading) await addMetric(tx, server, reading, before);
    if (problem) await countMiss(tx, server, problem);
    else await comeBack(tx, server);
    await notify(tx, serverResource.topics(server.orgId, server.id));
  });
}

async function addMetric(tx: Tx, server: Server, now: Reading, before: Reading | undefined): Promise<void> {
  const cpuTime = before ? now.cpu_total - before.cpu_total : 0;
  const bytes = (kb: number): bigint => BigInt(Math.round(kb)) * 1024n;
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
  // A reading is not a change: updatedAt stays.
  await tx.$executeRaw`UPDATE servers SET last_seen_at = now(), disk_available_bytes = ${bytes(now.disk_available_kb)} WHERE id = ${server.id}::uuid`;
}

/** A server that was away is active again; but not one that only a validation can find fit. */
async function comeBack(tx: Tx, server: Server): Promise<void> {
  await tx.$executeRaw`UPDATE servers SET missed_checks = 0 WHERE id = ${server.id}::uuid AND missed_checks > 0`;
  const changed = await tx.server.updateMany({
    where: { id: server.id, status: 'unreachable', needsValidation: false },
    data: { status: 'active', statusMessage: null },
  });
  if (changed.count > 0)
    await recordFact(tx, monitorScope(server), {
      action: 'server.active',
      resource: serverResource,
      resourceId: server.id,
      resourceName: server.name,
      after: { status: 'active', reason: null },
    });
}

/** Counts a check that failed; after two of them the server is unreachable, for the newest reason. */
async function countMiss(tx: Tx, server: Server, problem: RemoteError): Promise<void> {
  const [row] = await tx.$queryRaw<{ missed_checks: number }[]>`
    UPDATE servers SET missed_checks = missed_checks + 1
    WHERE id = ${server.id}::uuid RETURNING missed_checks`;
  if (problem.fingerprint) await presentHostKey(tx, monitorScope(server), server.id, problem.fingerprint);
  // A changed host key is not a hiccup: nothing may be sent to that machine.
  if (problem.code !== 'host_key_mismatch' && (row?.missed_checks ?? 0) < missesUntilUnreachable) return;
  const statusMessage = `${problem.message}. ${problem.hint}`;
  const changed = await tx.server.updateMany({
    where: { id: server.id, status: 'active' },
    data: { status: 'unreachable', statusMessage },
  });
  if (changed.count === 0)
    // What the last validation found wrong stays: it is why a new one is needed.
    await tx.server.updateMany({
      where: { id: server.id, status: 'unreachable', needsValidation: false, NOT: { statusMessage } },
      data: { statusMessage },
    });
  else
    await recordFact(tx, monitorScope(server), {
      action: 'server.unreachable',
      resource: serverResource,
      resourceId: server.id,
      resourceName: server.name,
      after: { status: 'unreachable', reason: problem.code },
    });
}
