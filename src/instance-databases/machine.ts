import type { Instance } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import { found } from '../errors.ts';
import { databaseBounds, settingsOf, sizingOf } from '../instances/index.ts';

/** What the container of an instance's PostgreSQL has of its server. */
export async function machineOf(scope: OrgScope, instance: Instance): Promise<{ memoryBytes: number; cores: number }> {
  const row = await scope.db.server.findFirst({
    where: { id: instance.serverId, orgId: scope.orgId },
    select: { cpuCores: true, ramTotalBytes: true },
  });
  const { Memory, CpuQuota, CpuPeriod } = databaseBounds(
    settingsOf(instance),
    sizingOf(found(row, 'server', instance.serverId)),
  );
  return { memoryBytes: Memory, cores: CpuQuota / CpuPeriod };
}
