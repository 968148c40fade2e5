import { setTimeout as sleep } from 'node:timers/promises';
import { dockerStatus, type RemoteHost, unless } from '../remote/index.ts';
import { findContainer } from './containers.ts';
import { instanceLabel, namesOf, operationLabel, volumesOf } from './names.ts';

const goneMs = 60_000;

/** Removes a container with its anonymous volumes, and waits for it where somebody else has begun to. */
export async function removeContainer(host: RemoteHost, id: string): Promise<void> {
  const end = performance.now() + goneMs;
  for (;;) {
    const done = await host.docker.removeContainer(id).then(
      () => true,
      (error: unknown) => {
        if (dockerStatus(error) === 404) return true;
        // "Removal is already in progress".
        if (dockerStatus(error) !== 409 || performance.now() > end) throw error;
        return false;
      },
    );
    if (done || !(await findContainer(host, id))) return;
    await sleep(500);
  }
}

/** Removes the database's container and its volume. */
export async function removeDatabase(
  host: RemoteHost,
  instance: { id: string; provisionedBy: string | null; databaseVolume: string | null },
): Promise<void> {
  const container = await findContainer(host, namesOf(instance.id).database);
  if (container) await removeContainer(host, container.Id);
  await unless(404, host.docker.removeVolume(volumesOf(instance).database));
}

/**
 * Takes away what carries the instance's label and was made by an operation that `made` answers yes to; undefined is what was
 * made before objects told. Each thing goes by the id, or the name of one volume, that was read with its labels.
 */
export async function removeObjects(
  host: RemoteHost,
  instanceId: string,
  made: (operationId: string | undefined) => boolean,
): Promise<void> {
  const labels = [`${instanceLabel}=${instanceId}`];
  const chosen = ({ Labels }: { Labels: Record<string, string> }): boolean => made(Labels[operationLabel]);
  for (const container of (await host.docker.listContainers(labels)).filter(chosen))
    await removeContainer(host, container.Id);
  for (const network of (await host.docker.listNetworks(labels)).filter(chosen))
    await unless(404, host.docker.removeNetwork(network.Id));
  for (const volume of (await host.docker.listVolumes(labels)).filter(chosen))
    await unless(404, host.docker.removeVolume(volume.Name));
  for (const image of (await builtImages(host, instanceId)).filter(chosen))
    await unless(404, host.docker.removeImage(image.name));
}

/** The images that were built for an instance. What somebody else made of its containers has their labels, and another name. */
export async function builtImages(
  host: RemoteHost,
  instanceId: string,
): Promise<{ name: string; Labels: Record<string, string> }[]> {
  const labelled = await host.docker.listImages([`${instanceLabel}=${instanceId}`]);
  return labelled.flatMap(({ RepoTags, Labels }) =>
    (RepoTags ?? [])
      .filter((name) => name.startsWith(`${namesOf(instanceId).image}:`))
      .map((name) => ({ name, Labels })),
  );
}
