import type { Instance, Server } from '../../prisma/generated/client/client.ts';
import type { FactScope } from '../access/scope.ts';
import { recordFact } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { StepError } from '../operations/kind.ts';
import { liveOperation } from '../operations/live.ts';
import { instanceLabel, namesOf, volumesOf } from './names.ts';
import { noPorts } from './ports.ts';
import { instanceResource } from './resource.ts';
import { removeSnapshotsBeside } from './snapshots-beside.ts';

/** What becomes of the row of an instance that was deleted. */
export const removedInstance = {
  status: 'removed' as const,
  statusMessage: null,
  ...noPorts,
  adminPasswordEnc: null,
};

/** What stays on a server when an instance is deleted without contacting it, for whoever removes it by hand. */
export function leftOf(instance: Instance & { server: Server }) {
  const names = namesOf(instance.id);
  return {
    server: instance.server.name,
    host: instance.server.host,
    label: `${instanceLabel}=${instance.id}`,
    containers: [names.odoo, ...(instance.databasePooler === null ? [] : [names.pooler]), names.database],
    network: names.network,
    volumes: Object.values(volumesOf(instance)),
  };
}

/** Deletes the instances of a server that nobody reaches, without contacting it. Gives their names. */
export async function leaveInstances(tx: Tx, scope: FactScope, serverId: string): Promise<string[]> {
  const where = { serverId, orgId: scope.orgId, status: { not: 'removed' as const } };
  // First the rows: an operation that begins now waits for them, and then finds its instance removed.
  await tx.$queryRaw`SELECT 1 FROM instances WHERE server_id = ${serverId}::uuid AND status <> 'removed' ORDER BY id FOR UPDATE`;
  const instances = await tx.instance.findMany({ where, include: { server: true }, orderBy: { id: 'asc' } });
  const ids = instances.map(({ id }) => id);
  const live = { resourceId: { in: ids }, ...liveOperation };
  const busy = await tx.operation.findFirst({ where: live, select: { resourceId: true } });
  if (busy)
    throw new StepError(
      'operation_in_progress',
      'An operation of an instance on this server is still running',
      'Wait for its end or cancel it, then remove the server again.',
    );
  await tx.instance.updateMany({ where: { id: { in: ids } }, data: removedInstance });
  await tx.portAllocation.deleteMany({ where: { instanceId: { in: ids } } });
  for (const id of ids) await removeSnapshotsBeside(tx, id);
  for (const instance of instances)
    await recordFact(tx, scope, {
      action: 'instance.deleted',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { status: 'removed', reason: null, left: leftOf(instance) },
    });
  return instances.map(({ name }) => name);
}
