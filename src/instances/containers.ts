import type { Instance } from '../../prisma/generated/client/client.ts';
import { type ContainerInfo, type ContainerSpec, dockerStatus, putFile, type RemoteHost } from '../remote/index.ts';
import { instanceLabel, labelsOf, namesOf } from './names.ts';

const logConfig = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '5' } };

export const confPath = '/etc/odoo/odoo.conf';
const passwordPath = '/etc/ocore-postgres-password';

async function unless(status: number, work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (dockerStatus(error) !== status) throw error;
  });
}

/** The container of that name, or undefined. */
export async function findContainer(host: RemoteHost, name: string): Promise<ContainerInfo | undefined> {
  return host.docker.inspectContainer(name).catch((error: unknown) => {
    if (dockerStatus(error) === 404) return undefined;
    throw error;
  });
}

/** Starts a container; one that runs already is fine. */
export function startContainer(host: RemoteHost, name: string): Promise<void> {
  return host.docker.startContainer(name);
}

/** Stops a container; one that does not run, or is not there, is fine. */
export function stopContainer(host: RemoteHost, name: string, graceSeconds: number): Promise<void> {
  return unless(404, host.docker.stopContainer(name, graceSeconds));
}

export function removeContainer(host: RemoteHost, name: string): Promise<void> {
  return unless(404, host.docker.removeContainer(name));
}

export async function ensureNetwork(host: RemoteHost, instance: Instance): Promise<void> {
  const { network } = namesOf(instance.id);
  const known = await host.docker.listNetworks([`${instanceLabel}=${instance.id}`]);
  if (known.length > 0) return;
  await unless(409, host.docker.createNetwork({ Name: network, Driver: 'bridge', Labels: labelsOf(instance, 'network') }));
}

/** Creates the container unless it is there, then puts its files in: safe to repeat until it was started. */
async function ensureCreated(host: RemoteHost, name: string, spec: ContainerSpec, file: { path: string; content: string; mode: number }): Promise<void> {
  const known = await findContainer(host, name);
  if (known && known.State.Status !== 'created') return;
  if (!known) await unless(409, host.docker.createContainer(name, spec));
  await putFile(host.docker, name, { ...file, uid: 0, gid: 0 });
}

export async function ensureDatabase(host: RemoteHost, instance: Instance, superuserPassword: string): Promise<void> {
  const names = namesOf(instance.id);
  await host.docker.createVolume({ Name: names.databaseVolume, Labels: labelsOf(instance, 'database') });
  await ensureCreated(
    host,
    names.database,
    {
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
        Memory: 1024 ** 3,
        NanoCpus: 0,
        PidsLimit: 512,
        ShmSize: 256 * 1024 ** 2,
      },
    },
    { path: passwordPath, content: superuserPassword, mode: 0o444 },
  );
  await startContainer(host, names.database);
}

export interface OdooContainer {
  name: string;
  command: string[];
  conf: string;
  env: string[];
  memoryBytes: number;
  httpPort: number | null;
  restart: boolean;
}

export async function ensureOdoo(host: RemoteHost, instance: Instance, container: OdooContainer): Promise<void> {
  const names = namesOf(instance.id);
  await host.docker.createVolume({ Name: names.filestoreVolume, Labels: labelsOf(instance, 'filestore') });
  await ensureCreated(
    host,
    container.name,
    {
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
        Memory: container.memoryBytes,
        PidsLimit: 1024,
        ...(container.httpPort ? { PortBindings: { '8069/tcp': [{ HostPort: String(container.httpPort) }] } } : {}),
      },
    },
    { path: confPath, content: container.conf, mode: 0o644 },
  );
}

/** Takes away everything labelled with the instance's id, and nothing else. */
export async function removeEverything(host: RemoteHost, instanceId: string, what: { volumes: boolean }): Promise<void> {
  const labels = [`${instanceLabel}=${instanceId}`];
  for (const container of await host.docker.listContainers(labels)) await removeContainer(host, container.Id);
  for (const network of await host.docker.listNetworks(labels)) await unless(404, host.docker.removeNetwork(network.Id));
  if (!what.volumes) return;
  for (const volume of await host.docker.listVolumes(labels)) await unless(404, host.docker.removeVolume(volume.Name));
}
