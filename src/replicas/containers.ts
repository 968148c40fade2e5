import { z } from 'zod';
import {
  databaseBounds,
  ensureCreated,
  findContainer,
  logConfig,
  namesOf,
  settingsOf,
  type Site,
  sql,
  startContainer,
  stopContainer,
  removeContainer,
} from '../instances/index.ts';
import { type ContainerSpec, ifFound, type RemoteHost, unless } from '../remote/index.ts';
import { dataDirectory, pgdata, replicaLabel, replicaLabels, replicaNames, type ReplicaRow } from './names.ts';

const mib = 1024 ** 2;

/** A file of libpq that has the one password; its readers must own it, and nobody else may read it. */
export const passwordFile = (path: string, password: string) => ({
  path,
  content: () => `*:*:*:*:${password}\n`,
  mode: 0o600,
});
export const copyPasswordPath = '/etc/ocore-pgpass';
/** In the data directory, which the image makes postgres's own at each start. */
const replicaPasswordPath = `${pgdata}/ocore.pgpass`;

/** The server that a replica runs on. */
export interface Home {
  host: RemoteHost;
  sizing: Site['sizing'];
  /** What the primary is called there. */
  primary: string;
}

export interface Made {
  site: Site;
  home: Home;
  replica: ReplicaRow;
  password: string;
  operationId: string;
}

export function specOf(
  { site, home, replica, operationId }: Made,
  part: 'replica' | 'one-off',
  more: Pick<ContainerSpec, 'Entrypoint' | 'Cmd' | 'Env' | 'StopSignal' | 'User'>,
): ContainerSpec {
  const { instance } = site;
  return {
    Image: instance.postgresImage,
    Labels: replicaLabels(instance, replica, part, operationId),
    ...more,
    HostConfig: {
      NetworkMode: namesOf(instance.id).network,
      Mounts: [{ Type: 'volume', Source: replicaNames(replica).volume, Target: dataDirectory }],
      LogConfig: logConfig,
      ShmSize: 256 * mib,
      ...databaseBounds(settingsOf(instance), home.sizing),
    },
  };
}

const connectionTo = ({ primary }: Home, slot: string) =>
  `host=${primary} port=5432 user=${slot} application_name=${slot}`;

/** The container that copies the primary into the replica's volume; it outlives its worker. */
export async function ensureCopy(made: Made): Promise<string> {
  const { site, home, replica, password } = made;
  const { instance } = site;
  const { host } = home;
  const { volume, copy, slot } = replicaNames(replica);
  await host.docker.createVolume({
    Name: volume,
    Labels: replicaLabels(instance, replica, 'replica', made.operationId),
  });
  const Cmd = [
    '-d',
    connectionTo(home, slot),
    '-D',
    pgdata,
    '-R',
    '-X',
    'stream',
    '-S',
    slot,
    '-c',
    'fast',
    '-P',
    '-v',
    '-w',
  ];
  const spec = specOf(made, 'one-off', {
    // The image's own entrypoint does more than start a program.
    Entrypoint: ['pg_basebackup'],
    Cmd,
    Env: [`PGPASSFILE=${copyPasswordPath}`],
    User: '0:0',
  });
  return ensureCreated(host, instance, copy, spec, passwordFile(copyPasswordPath, password));
}

const pairs = z.record(z.string(), z.string());

/** What a replica must have as much of as its primary, or it does not follow it. */
async function minimumSettings({ host, instance }: Site, signal: AbortSignal): Promise<Record<string, string>> {
  const question = `SELECT json_object_agg(name, setting) FROM pg_settings WHERE name IN
    ('max_connections', 'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions', 'max_locks_per_transaction');`;
  return pairs.parse(JSON.parse((await sql(host, instance, 'postgres', question, signal)) || '{}'));
}

/** Starts the replica over its volume. */
export async function ensureReplica(made: Made, signal: AbortSignal): Promise<void> {
  const { site, home, replica, password } = made;
  const { instance } = site;
  const { host, sizing } = home;
  const { container, slot } = replicaNames(replica);
  const quarter = Math.floor(databaseBounds(settingsOf(instance), sizing).Memory / 4 / mib);
  const settings: Readonly<Record<string, string>> = {
    ...(await minimumSettings(site, signal)),
    shared_buffers: `${quarter}MB`,
    effective_cache_size: `${3 * quarter}MB`,
    primary_conninfo: `${connectionTo(home, slot)} passfile=${replicaPasswordPath}`,
    primary_slot_name: slot,
    // The primary keeps the rows that reports read here, in place of a report that breaks off.
    hot_standby_feedback: 'on',
  };
  const id = await ensureCreated(
    host,
    instance,
    container,
    specOf(made, 'replica', {
      Cmd: ['postgres', ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      // The image only asks that there is one: the copy has its own roles.
      Env: ['POSTGRES_USER=postgres', `PGDATA=${pgdata}`],
      StopSignal: 'SIGINT',
    }),
    passwordFile(replicaPasswordPath, password),
  );
  await startContainer(host, id);
}

/** Stops and removes all containers of a replica. */
export async function removeReplicaContainers(host: RemoteHost, replica: ReplicaRow): Promise<void> {
  const { container, copy, gate } = replicaNames(replica);
  for (const name of [copy, container, gate]) {
    const known = await findContainer(host, name);
    if (!known) continue;
    await stopContainer(host, known.Id, 30);
    await removeContainer(host, known.Id);
  }
}

/** Removes everything of a replica from its server, but for the volume that `keeps` names. */
export async function removeReplicaObjects(host: RemoteHost, replica: ReplicaRow, keeps?: string): Promise<void> {
  await removeReplicaContainers(host, replica);
  for (const { Name } of await host.docker.listVolumes([`${replicaLabel}=${replica.id}`]))
    if (Name !== keeps) await unless(404, host.docker.removeVolume(Name));
}

export const replicaContainer = (host: RemoteHost, replica: ReplicaRow) =>
  ifFound(host.docker.inspectContainer(replicaNames(replica).container));
