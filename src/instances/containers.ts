import type { Instance } from '../../prisma/generated/client/client.ts';
import { type ContainerInfo, type ContainerSpec, dockerStatus, putFile, type RemoteHost } from '../remote/index.ts';
import { addonsPathOf, confPath } from './addons-path.ts';
import type { Bounds } from './container-limits.ts';
import { instanceLabel, labelsOf, limitsLabel, namesOf, volumesOf } from './names.ts';
import { imageMounts, removeUnusedImageVolumes } from './image-volumes.ts';
import { unless } from './unless.ts';

const logConfig: ContainerSpec['HostConfig']['LogConfig'] = {
  Type: 'json-file',
  Config: { 'max-size': '10m', 'max-file': '5' },
};

const passwordPath = '/etc/ocore-postgres-password';

/** The container of that name or id, or undefined. */
export async function findContainer(host: RemoteHost, name: string): Promise<ContainerInfo | undefined> {
  return host.docker.inspectContainer(name).catch((error: unknown) => {
    if (dockerStatus(error) === 404) return undefined;
    throw error;
  });
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

/** Creates the container unless it is there, then puts its files in: safe to repeat until it was started. Gives its id. */
async function ensureCreated(
  host: RemoteHost,
  instance: Instance,
  name: string,
  spec: ContainerSpec,
  file: { path: string; content: (id: string) => Promise<string> | string; mode: number },
): Promise<string> {
  const known = await findContainer(host, name);
  if (known && known.State.Status !== 'created') return known.Id;
  if (!known) {
    await removeUnusedImageVolumes(host, instance.id);
    const HostConfig = { ...spec.HostConfig, Mounts: await imageMounts(host, spec) };
    await unless(409, host.docker.createContainer(name, { ...spec, HostConfig }));
  }
  const { Id } = known ?? (await host.docker.inspectContainer(name));
  await putFile(host.docker, Id, { ...file, content: await file.content(Id), uid: 0, gid: 0 });
  return Id;
}

const mib = 1024 ** 2;

/** What a container is limited to, as its label has it. */
export const limitsOf = ({ Memory, CpuQuota, PidsLimit }: Bounds): string => `${Memory}/${CpuQuota}/${PidsLimit}`;

/** PostgreSQL's memory as its documentation recommends: a quarter for its own buffers, half more in the kernel's cache. */
function databaseCommand({ Memory }: Bounds): string[] {
  const quarter = Math.floor(Memory / 4 / mib);
  return ['postgres', '-c', `shared_buffers=${quarter}MB`, '-c', `effective_cache_size=${3 * quarter}MB`];
}

export async function ensureDatabase(
  host: RemoteHost,
  instance: Instance,
  superuserPassword: string,
  bounds: Bounds,
  operationId: string,
): Promise<void> {
  const names = namesOf(instance.id);
  const volume = volumesOf(instance).database;
  await host.docker.createVolume({ Name: volume, Labels: labelsOf(instance, 'database', operationId) });
  const id = await ensureCreated(
    host,
    instance,
    names.database,
    {
      Image: instance.postgresImage,
      Cmd: databaseCommand(bounds),
      // The password is in a file: the environment of a container is in every `docker inspect`.
      Env: [
        'POSTGRES_USER=postgres',
        'POSTGRES_DB=postgres',
        `POSTGRES_PASSWORD_FILE=${passwordPath}`,
        'PGDATA=/var/lib/postgresql/data/pgdata',
      ],
      Labels: { ...labelsOf(instance, 'database', operationId), [limitsLabel]: limitsOf(bounds) },
      // A fast shutdown: PostgreSQL's SIGTERM would wait for Odoo's connections.
      StopSignal: 'SIGINT',
      HostConfig: {
        NetworkMode: names.network,
        Mounts: [{ Type: 'volume', Source: volume, Target: '/var/lib/postgresql/data' }],
        LogConfig: logConfig,
        ShmSize: 256 * mib,
        ...bounds,
      },
    },
    // The image reads it as root, before it becomes postgres.
    { path: passwordPath, content: () => superuserPassword, mode: 0o400 },
  );
  await startContainer(host, id);
}

/** The ports of a server that lead to Odoo: to its HTTP, and to the WebSockets that it has beside it if it has workers. */
export interface PublishedPorts {
  http: number;
  longpolling: number | null;
}

export interface OdooContainer {
  name: string;
  /** The operation that makes it. */
  madeBy: string;
  command: string[];
  /** Our `odoo.conf`, with the directories of modules that the image brings. */
  conf: (addonsPath: readonly string[]) => string;
  env: string[];
  bounds: Bounds;
  /** Null where it serves nobody. */
  ports: PublishedPorts | null;
  /** The address of the server that the ports are published on; empty for all of them. */
  bindAddress: string;
  part: 'odoo' | 'one-off';
}

function bindingsOf({ http, longpolling }: PublishedPorts, HostIp: string) {
  const to = (port: number) => [{ HostIp, HostPort: String(port) }];
  return { '8069/tcp': to(http), ...(longpolling === null ? {} : { '8072/tcp': to(longpolling) }) };
}

/** Gives the id of the container, created if it was not there. */
export async function ensureOdoo(host: RemoteHost, instance: Instance, container: OdooContainer): Promise<string> {
  const names = namesOf(instance.id);
  const volume = volumesOf(instance).filestore;
  await host.docker.createVolume({
    Name: volume,
    Labels: labelsOf(instance, 'filestore', instance.provisionedBy ?? container.madeBy),
  });
  return ensureCreated(
    host,
    instance,
    container.name,
    {
      Image: instance.image,
      Cmd: container.command,
      Env: container.env,
      Labels: labelsOf(instance, container.part, container.madeBy),
      ExposedPorts: { '8069/tcp': {}, '8072/tcp': {} },
      HostConfig: {
        NetworkMode: names.network,
        Mounts: [{ Type: 'volume', Source: volume, Target: '/var/lib/odoo' }],
        LogConfig: logConfig,
        ...container.bounds,
        ...(container.ports ? { PortBindings: bindingsOf(container.ports, container.bindAddress) } : {}),
      },
    },
    {
      path: confPath,
      content: async (id) => container.conf(await addonsPathOf(host, instance, id)),
      mode: 0o644,
    },
  );
}
