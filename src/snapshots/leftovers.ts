import { instanceLabel, labelsOf, operationLabel, partLabel, removeContainer, type Site } from '../instances/index.ts';
import { liveOperation } from '../operations/live.ts';
import { type RemoteHost, unless } from '../remote/index.ts';
import { besidePart, besideVolume, parts, readerPart } from './names.ts';
import type { Repository } from './repository.ts';
import type { ResticContext } from './restic-run.ts';

const temporary: ReadonlySet<string> = new Set(Object.values(parts));

/**
 * Removes what ended operations have left of snapshots of this instance, as when their server was away during their clean-up.
 * `mine`: also what this operation has.
 */
export async function removeLeftovers(
  { app, operation }: Pick<ResticContext, 'app' | 'operation'>,
  { host, instance }: Pick<Site, 'host' | 'instance'>,
  { mine = false }: { mine?: boolean } = {},
): Promise<void> {
  const labels = [`${instanceLabel}=${instance.id}`];
  const ofSnapshots = ({ Labels }: { Labels: Record<string, string> }): boolean =>
    temporary.has(Labels[partLabel] ?? '');
  // What was made to be read from and was never started: a running one ends by itself.
  const isUnused = ({ Labels, State }: { Labels: Record<string, string>; State: string }): boolean =>
    Labels[partLabel] === readerPart && State !== 'running';
  const containers = (await host.docker.listContainers(labels)).filter((one) => ofSnapshots(one) || isUnused(one));
  const volumes = (await host.docker.listVolumes(labels)).filter(ofSnapshots);
  const ids = [...containers, ...volumes].map(({ Labels }) => Labels[operationLabel] ?? '').filter((id) => id !== '');
  const live = await app.db.prisma.operation.findMany({
    where: { id: { in: [...new Set(ids)] }, ...liveOperation },
    select: { id: true },
  });
  const alive = new Set(live.map(({ id }) => id).filter((id) => !mine || id !== operation.id));
  const isLeft = ({ Labels }: { Labels: Record<string, string> }): boolean => !alive.has(Labels[operationLabel] ?? '');
  for (const { Id } of containers.filter(isLeft)) await removeContainer(host, Id);
  for (const { Name } of volumes.filter(isLeft)) await unless(404, host.docker.removeVolume(Name));
}

/** The volume of a repository that has no destination. */
export async function prepareBeside(
  { operation }: Pick<ResticContext, 'operation'>,
  host: RemoteHost,
  { destinationId, instanceId, orgId }: Repository,
): Promise<void> {
  if (destinationId !== null) return;
  const Labels = labelsOf({ id: instanceId, orgId }, besidePart, operation.id);
  await host.docker.createVolume({ Name: besideVolume(instanceId), Labels });
}
