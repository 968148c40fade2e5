import type Docker from 'dockerode';
import type { Instance } from '../../prisma/generated/client/client.ts';
import { dockerStatus, putFile, type RemoteHost, toRemoteError } from '../remote/index.ts';
import { type Bounds, databaseBounds } from './container-limits.ts';
import { instanceLabel, labelsOf, namesOf } from './names.ts';
import type { Sizing } from './odoo-conf.ts';

const logConfig: Docker.HostConfig['LogConfig'] = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '5' } };

export const confPath = '/etc/odoo/odoo.conf';
const passwordPath = '/etc/ocore-postgres-password';

async function unless(status: number, work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (dockerStatus(error) !== status) throw toRemoteError(error);
  });
}

/** The container of that name, or undefined. */
export async function findContainer(host: RemoteHost, name: string): Promise<Docker.ContainerInspectInfo | undefined> {
  return host.docker.getContainer(name).inspect().catch((error: unknown) => {
    if (dockerStatus(error) === 404) return undefined;
    throw toRemoteError(error);
  });
}

/** Starts a container; one that runs already is fine. */
export function startContainer(host: RemoteHost, name: string): Promise<void> {
  return unless(304, host.docker.getContainer(name).start());
}

export async function stopContainer(host: RemoteHost, name: string, graceSeconds: number): Promise<void> {
  await host.docker.getContainer(name).stop({ t: graceSeconds }).catch((error: unknown) => {
    if (![304, 404].includes(dockerStatus(error))) throw toRemoteError(error);
  });
}

export function removeContainer(host: RemoteHost, name: string): Promise<void> {
  return unless(404, host.docker.getContainer(name).remove({ force: true }));
}

export async function ensureNetwork(host: RemoteHost, instance: Instance): Promise<void> {
  const { network } = namesOf(instance.id);
  const known = await host.docker.listNetworks({ filters: { label: [`${instanceLabel}=${instance.id}`] } });
  if (known.length > 0) return;
  await host.docker.createNetwork({ Name: network, Driver: 'bridge', CheckDuplicate: true, Labels: labelsOf(instance, 'network') }).catch((error: unknown) => {
    if (dockerStatus(error) !== 409) throw toRemoteError(error);
  });
}

/** Creates the container unless it is there, then puts its files in: safe to repeat until it was started. */
async function ensureCreated(host: RemoteHost, options: Docker.ContainerCreateOptions & { name: string }, file: { path: string; content: string; mode: number }): Promise<void> {
  const known = await findContainer(host, options.name);
  if (known && known.State.Status !== 'created') return;
  if (!known) {
    await host.docker.createContainer(options).catch((error: unknown) => {
      if (dockerStatus(error) !== 409) throw toRemoteError(error);
    });
  }
  await putFile(host.docker.getContainer(options.name), { ...file, uid: 0, gid: 0 });
}

export async function ensureDatabase(host: RemoteHost, instance: Instance, superuserPassword: string, sizing: Sizing): Promise<void> {
  const names = namesOf(instance.id);
  await host.docker.createVolume({ Name: names.databaseVolume, Labels: labelsOf(instance, 'database') });
  await ensureCreated(
    host,
    {
      name: names.database,
      Image: instance.postgresImage,
      // The password is in a file: the environment of a container is in every `docker inspect`.
      Env: ['POSTGRES_USER=postgres', 'POSTGRES_DB=postgres', `POSTGRES_PASSWORD_FILE=${passwordPath}`, 'PGDATA=/var/lib/postgresql/data/pgdata'],
      Labels: labelsOf(instance, 'database'),
      // A fast shutdown: PostgreSQL's SIGTERM would wait for Odoo's connections.
      StopSignal: 'SIGINT',
      HostConfig: {
        NetworkMode: names.network,
        Mounts: [{ Type: 'volume', Source: names.databaseVolume, Target: '/var/lib/postgresql/data' }],
        RestartPolicy: { Name: 'unless-stopped' },
        LogConfig: logConfig,
        ShmSize: 256 * 1024 ** 2,
        ...databaseBounds(sizing),
      },
    },
    // The image reads it as root, before it becomes postgres.
    { path: passwordPath, content: superuserPassword, mode: 0o400 },
  );
  await startContainer(host, names.database);
}

export interface OdooContainer {
  name: string;
  command: string[];
  conf: string;
  env: string[];
  bounds: Bounds;
  httpPort: number | null;
  /** The address of the server that the port is published on; empty for all of them. */
  bindAddress: string;
  restart: boolean;
}

export async function ensureOdoo(host: RemoteHost, instance: Instance, container: OdooContainer): Promise<void> {
  const names = namesOf(instance.id);
  await host.docker.createVolume({ Name: names.filestoreVolume, Labels: labelsOf(instance, 'filestore') });
  await ensureCreated(
    host,
    {
      name: container.name,
      Image: instance.image,
      Cmd: container.command,
      Env: container.env,
      Labels: labelsOf(instance, container.restart ? 'odoo' : 'one-off'),
      ExposedPorts: { '8069/tcp': {} },
      HostConfig: {
        NetworkMode: names.network,
        Mounts: [{ Type: 'volume', Source: names.filestoreVolume, Target: '/var/lib/odoo' }],
        RestartPolicy: { Name: container.restart ? 'unless-stopped' : 'no' },
        LogConfig: logConfig,
        ...container.bounds,
        ...(container.httpPort ? { PortBindings: { '8069/tcp': [{ HostIp: container.bindAddress, HostPort: String(container.httpPort) }] } } : {}),
      },
    },
    { path: confPath, content: container.conf, mode: 0o644 },
  );
}

/** Takes away everything labelled with the instance's id, and nothing else. */
export async function removeEverything(host: RemoteHost, instanceId: string, what: { volumes: boolean }): Promise<void> {
  const filters = { label: [`${instanceLabel}=${instanceId}`] };
  for (const container of await host.docker.listContainers({ all: true, filters })) await removeContainer(host, container.Id);
  for (const network of await host.docker.listNetworks({ filters })) await unless(404, host.docker.getNetwork(network.Id).remove());
  if (!what.volumes) return;
  const { Volumes } = await host.docker.listVolumes({ filters });
  for (const volume of Volumes ?? []) await unless(404, host.docker.getVolume(volume.Name).remove());
}
