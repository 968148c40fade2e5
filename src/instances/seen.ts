import type { Instance, Server } from '../../prisma/generated/client/client.ts';
import { recordFact } from '../audit/mutation.ts';
import type { Prisma, Tx } from '../database/database.ts';
import { monitorScope } from '../servers/index.ts';
import { instanceResource } from './resource.ts';

/** What the monitor knows of an instance before it looks. */
export const watchedColumns = {
  id: true,
  name: true,
  projectId: true,
  status: true,
  statusMessage: true,
  provisionedAt: true,
  databasePooler: true,
  restoredAt: true,
  updatedAt: true,
} as const;
export type Watched = Pick<Instance, keyof typeof watchedColumns>;

interface Change {
  from: Prisma.InstanceWhereInput;
  data: Prisma.InstanceUpdateManyMutationInput & { status: Instance['status'] };
  action: 'instance.error' | 'instance.started' | 'instance.stopped';
  reason: 'container_missing' | 'container_stopped' | null;
}

/** What somebody changed since the look, was not looked at: answers whether the row is changed. */
export async function change(
  tx: Tx,
  server: Server,
  { id, name, projectId, updatedAt }: Watched,
  to: Change,
): Promise<boolean> {
  const { count } = await tx.instance.updateMany({ where: { ...to.from, id, updatedAt }, data: to.data });
  if (count === 0) return false;
  await recordFact(tx, monitorScope(server), {
    action: to.action,
    resource: instanceResource,
    resourceId: id,
    resourceName: name,
    projectId,
    after: { status: to.data.status, reason: to.reason },
  });
  return true;
}
