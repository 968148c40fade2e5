import type Docker from 'dockerode';

/** The volumes of an engine that nobody has named and no container uses. */
export async function forgottenVolumes(docker: Docker): Promise<string[]> {
  const { Volumes } = await docker.listVolumes();
  const containers = await docker.listContainers({ all: true });
  const used = new Set(containers.flatMap(({ Mounts }) => Mounts.map(({ Name }) => Name)));
  return (Volumes ?? [])
    .filter(({ Name, Labels }) => !Labels?.['sh.ocore.instance'] && !used.has(Name))
    .map(({ Name }) => Name);
}
