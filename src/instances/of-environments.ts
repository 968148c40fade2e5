import type { Instance } from '../../prisma/generated/client/client.ts';
import type { TenantClient } from '../database/database.ts';

/** What an environment shows of its instance. */
export type EnvironmentInstance = Pick<
  Instance,
  'name' | 'slug' | 'status' | 'statusMessage' | 'serverId' | 'odooVersion'
> & { instanceId: string };

/** The instance of each of these environments, by the environment's id; of several, the oldest. */
export async function instancesOfEnvironments(
  db: TenantClient,
  orgId: string,
  environmentIds: string[],
): Promise<(EnvironmentInstance & { id: string })[]> {
  const rows = await db.instance.findMany({
    where: { orgId, environmentId: { in: environmentIds }, status: { not: 'removed' } },
    distinct: ['environmentId'],
    orderBy: { id: 'asc' },
    select: {
      id: true,
      environmentId: true,
      name: true,
      slug: true,
      status: true,
      statusMessage: true,
      serverId: true,
      odooVersion: true,
    },
  });
  return rows.map(({ id, environmentId, ...row }) => ({ ...row, id: environmentId, instanceId: id }));
}
