import type { Instance } from '../../prisma/generated/client/client.ts';
import { type ContainerInfo, type ContainerSpec, ifFound, putFile, type RemoteHost, unless } from '../remote/index.ts';
import { instanceLabel, labelsOf, namesOf } from './names.ts';
import { imageMounts, removeUnusedImageVolumes } from './image-volumes.ts';

// The engine cuts lines at 16 KiB. Its driver `local` keeps the bytes as they are; `json-file` keeps text, and loses the
// character that is cut through.
export const logConfig: ContainerSpec['HostConfig']['LogConfig'] = {
  Type: 'local',
  Config: { 'max-size': '10m', 'max-file': '5' },
};

/** The container of that name or id, or undefined. */
export async function findContainer(host: RemoteHost, name: string): Promise<ContainerInfo | undefined> {
  return ifFound(host.docker.inspectContainer(name));
}

/**
 * Stops a container; one that is gone is fine. An engine that comes up would start one again that it found ended when it
 * was asked to stop it, unless the policy says otherwise.
 */
export async function stopContainer(host: RemoteHost, name: string, graceSeconds: number): Promise<void> {
  await unless(404, host.docker.setRestartPolicy(name, 'no'));
  await unless(404, host.docker.stopContainer(name, graceSeconds));
}

/** Starts a container that is to run from now on, whatever happens to it or to its engine. */
export async function startContainer(host: RemoteHost, name: string): Promise<void> {
  await host.docker.setRestartPolicy(name, 'unless-stopped');
  await host.docker.startContainer(name);
}

export async function ensureNetwork(host: RemoteHost, instance: Instance, operationId: string): Promise<void> {
  const known = await host.docker.listNetworks([`${instanceLabel}=${instance.id}`]);
  if (known.length > 0) return;
  await unless(
    409,
    host.docker.createNetwork({
      Name: namesOf(instance.id).network,
      Driver: 'bridge',
      Labels: labelsOf(instance, 'network', operationId),
    }),
  );
}

interface OwnFile {
  path: string;
  content: (id: string) => Promise<string> | string;
  mode: number;
}

/** Creates the container unless it is there, then puts its files in: safe to repeat until it was started. Gives its id. */
export async function ensureCreated(
  host: RemoteHost,
  instance: Instance,
  name: string,
  spec: ContainerSpec,
  ...files: readonly OwnFile[]
): Promise<string> {
  const known = await findContainer(host, name);
  if (known && known.State.Status !== 'created') return known.Id;
  if (!known) {
    await removeUnusedImageVolumes(host, instance.id);
    const HostConfig = { ...spec.HostConfig, Mounts: await imageMounts(host, spec) };
    await unless(409, host.docker.createContainer(name, { ...spec, HostConfig }));
  }
  const { Id } = known ?? (await host.docker.inspectContainer(name));
  for (const file of files)
    await putFile(host.docker, Id, { ...file, content: await file.content(Id), uid: 0, gid: 0 });
  return Id;
}
