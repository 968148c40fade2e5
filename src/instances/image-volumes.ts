import { posix } from 'node:path';
import { type ContainerSpec, ifFound, type RemoteHost, unless } from '../remote/index.ts';
import { instanceLabel, partLabel } from './names.ts';

const part = 'image';

/**
 * A volume for each directory that an image declares as one and that has none yet. The engine fills it from the image and
 * removes it with its container. It would make such a volume by itself, too, but without labels: when the engine dies
 * while it removes the container, nobody could tell whose it was.
 */
export async function imageMounts(
  host: RemoteHost,
  spec: ContainerSpec,
): Promise<ContainerSpec['HostConfig']['Mounts']> {
  const mounts = spec.HostConfig.Mounts ?? [];
  // That there is no such image, the creation of the container says.
  const image = await ifFound(host.docker.inspectImage(spec.Image));
  const declared = new Set(Object.keys(image?.Config?.Volumes ?? {}).map(directory));
  for (const { Target } of mounts) declared.delete(directory(Target));
  const Labels = { ...spec.Labels, [partLabel]: part };
  return [
    ...mounts,
    ...[...declared].map((Target) => ({ Type: 'volume' as const, Target, VolumeOptions: { Labels } })),
  ];
}

/** One spelling for `/data`, `/data/` and `//data`. */
const directory = (path: string): string => posix.resolve('/', path);

/** Removes what an engine that died has left of containers that are gone. */
export async function removeUnusedImageVolumes(host: RemoteHost, instanceId: string): Promise<void> {
  const labels = [`${instanceLabel}=${instanceId}`, `${partLabel}=${part}`];
  for (const { Name } of await host.docker.listVolumes(labels, { unused: true }))
    await unless(404, host.docker.removeVolume(Name));
}
