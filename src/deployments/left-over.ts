import { removeOtherCode } from '../deployed-code/index.ts';
import type { Site } from '../instances/index.ts';
import type { Context } from './context.ts';

/** Of how many deployments the code stays on the server, so that a rollback needs no Git host. */
const kept = 5;

/** Removes the addons and images of older deployments. */
export async function removeOlder({ app, operation }: Context, site: Site): Promise<void> {
  const newest = await app.db.prisma.deployment.findMany({
    where: { orgId: operation.orgId, instanceId: site.instance.id, dryRun: false, status: 'succeeded' },
    orderBy: { id: 'desc' },
    take: kept,
    select: { addons: true, image: true },
  });
  await removeOtherCode(site, newest);
}
