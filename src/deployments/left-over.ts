import { addonsPart, addonsShape, instanceLabel, partLabel, type Site } from '../instances/index.ts';
import { removeImages } from '../deployed-code/index.ts';
import { unless } from '../remote/index.ts';
import type { Context } from './context.ts';

/** Of how many deployments the code stays on the server, so that a rollback needs no Git host. */
const kept = 5;

/** Removes the addons and images of older deployments. */
export async function removeOlder({ app, operation, input }: Context, site: Site): Promise<void> {
  const { host, instance } = site;
  const rows = await app.db.prisma.deployment.findMany({
    where: { orgId: operation.orgId, instanceId: instance.id, dryRun: false, status: 'succeeded' },
    orderBy: { id: 'desc' },
    take: kept,
    select: { addons: true, image: true },
  });
  const current = await app.db.prisma.deployment.findMany({
    where: { id: { in: [input.deploymentId, instance.deploymentId ?? input.deploymentId] }, orgId: operation.orgId },
    select: { addons: true, image: true },
  });
  const all = [...rows, ...current];
  const volumes = new Set(all.map(({ addons }) => addonsShape.safeParse(addons).data?.volume));
  for (const { Name } of await host.docker.listVolumes([
    `${instanceLabel}=${instance.id}`,
    `${partLabel}=${addonsPart}`,
  ]))
    if (!volumes.has(Name)) await unless(404, host.docker.removeVolume(Name));
  await removeImages(site, new Set(all.flatMap(({ image }) => (image === null ? [] : [image]))));
}
