import type Docker from 'dockerode';

/** The volumes of an engine that no container uses, and no instance on its own. */
export async function forgottenVolumes(docker: Docker): Promise<string[]> {
  const { Volumes } = await docker.listVolumes();
  const containers = await docker.listContainers({ all: true });
  const used = new Set(containers.flatMap(({ Mounts }) => Mounts.map(({ Name }) => Name)));
  return (Volumes ?? [])
    .filter(
      ({ Name, Labels }) => !used.has(Name) && (!Labels?.['sh.ocore.instance'] || Labels['sh.ocore.part'] === 'image'),
    )
    .map(({ Name }) => Name);
}
