import type { Instance } from '../../prisma/generated/client/client.ts';
import { type ContainerInfo, type ContainerSpec, dockerStatus, putFile, type RemoteHost } from '../remote/index.ts';
import type { Bounds } from './container-limits.ts';
import { instanceLabel, labelsOf, namesOf, volumesOf } from './names.ts';

const logConfig: ContainerSpec['HostConfig']['LogConfig'] = {
  Type: 'json-file',
  Config: { 'max-size': '10m', 'max-file': '5' },
};

export const confPath = '/etc/odoo/odoo.conf';
const passwordPath = '/etc/ocore-postgres-password';

/** Ignores one response of the engine: the requested state already exists. */
export async function unless(status: number, work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (dockerStatus(error) !== status) throw error;
  });
}

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
  name: string,
  spec: ContainerSpec,
  file: { path: string; content: string; mode: number },
): Promise<string> {
  const known = await findContainer(host, name);
  if (known && known.State.Status !== 'created') return known.Id;
  if (!known) await unless(409, host.docker.createContainer(name, spec));
  const { Id } = known ?? (await host.docker.inspectContainer(name));
  await putFile(host.docker, Id, { ...file, uid: 0, gid: 0 });
  return Id;
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
    names.database,
    {
      Image: instance.postgresImage,
      // The password is in a file: the environment of a container is in every `docker inspect`.
      Env: [
        'POSTGRES_USER=postgres',
        'POSTGRES_DB=postgres',
        `POSTGRES_PASSWORD_FILE=${passwordPath}`,
        'PGDATA=/var/lib/postgresql/data/pgdata',
      ],
      Labels: labelsOf(instance, 'database', operationId),
      // A fast shutdown: PostgreSQL's SIGTERM would wait for Odoo's connections.
      StopSignal: 'SIGINT',
      HostConfig: {
        NetworkMode: names.network,
        Mounts: [{ Type: 'volume', Source: volume, Target: '/var/lib/postgresql/data' }],
        RestartPolicy: { Name: 'unless-stopped' },
        LogConfig: logConfig,
        ShmSize: 256 * 1024 ** 2,
        ...bounds,
      },
    },
    // The image reads it as root, before it becomes postgres.
    { path: passwordPath, content: superuserPassword, mode: 0o400 },
  );
  await startContainer(host, id);
}

export interface OdooContainer {
  name: string;
  /** The operation that makes it. */
  madeBy: string;
  command: string[];
  conf: string;
  env: string[];
  bounds: Bounds;
  httpPort: number | null;
  /** The address of the server that the port is published on; empty for all of them. */
  bindAddress: string;
  restart: boolean;
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
    container.name,
    {
      Image: instance.image,
      Cmd: container.command,
      Env: container.env,
      Labels: labelsOf(instance, container.restart ? 'odoo' : 'one-off', container.madeBy),
      ExposedPorts: { '8069/tcp': {} },
      HostConfig: {
        NetworkMode: names.network,
        Mounts: [{ Type: 'volume', Source: volume, Target: '/var/lib/odoo' }],
        RestartPolicy: { Name: container.restart ? 'unless-stopped' : 'no' },
        LogConfig: logConfig,
        ...container.bounds,
        ...(container.httpPort
          ? { PortBindings: { '8069/tcp': [{ HostIp: container.bindAddress, HostPort: String(container.httpPort) }] } }
          : {}),
      },
    },
    { path: confPath, content: container.conf, mode: 0o644 },
  );
}
