import type { Instance } from '../../prisma/generated/client/client.ts';
import {
  databaseBounds,
  ensureCreated,
  findContainer,
  labelsOf,
  logConfig,
  namesOf,
  operationLabel,
  removeContainer,
  scratchOf,
  settingsOf,
  type Site,
} from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';

const root = '/var/lib/postgresql/data';
export const recoveryPaths = {
  root,
  dataFolder: 'pgdata',
  /** In the data directory, which the image makes postgres's own at each start: what was received belongs to root. */
  walFolder: 'pgdata/ocore-wal',
  data: `${root}/pgdata`,
} as const;
const mib = 1024 ** 2;

export const recoveryName = (instance: Pick<Instance, 'id'>): string => `${namesOf(instance.id).network}-recovery`;

/** PostgreSQL replaces `%f` and `%p` by names of its own; of the last segment only a part was received. */
const restoreCommand = `cp "${root}/pgdata/ocore-wal/%f" "%p" 2>/dev/null || cp "${root}/pgdata/ocore-wal/%f.partial" "%p"`;

/**
 * Starts a PostgreSQL of its own over the base backup in the scratch volume, without any network: it applies the changes up
 * to the point in time, and is reached by its socket alone, in its data directory.
 */
export async function ensureRecovery(
  { operation }: Pick<StepContext<unknown>, 'operation'>,
  site: Site,
  image: string,
  time: string,
): Promise<string> {
  const { host, instance, sizing } = site;
  const name = recoveryName(instance);
  const known = await findContainer(host, name);
  if (known && known.Config?.Labels[operationLabel] !== operation.id) await removeContainer(host, known.Id);
  const bounds = databaseBounds(settingsOf(instance), sizing);
  const settings: Readonly<Record<string, string>> = {
    shared_buffers: `${Math.floor(bounds.Memory / 4 / mib)}MB`,
    restore_command: restoreCommand,
    // PostgreSQL reads this before it knows names of time zones, such as Z.
    recovery_target_time: time.replace('T', ' ').replace('Z', '+00'),
    recovery_target_inclusive: 'on',
    recovery_target_action: 'promote',
    // Nobody reads before the end, so that the settings of the former server need not be known.
    hot_standby: 'off',
    unix_socket_directories: `/var/run/postgresql,${recoveryPaths.data}`,
    listen_addresses: '',
    archive_mode: 'off',
    max_wal_senders: '0',
    ssl: 'off',
  };
  const id = await ensureCreated(
    host,
    instance,
    name,
    {
      Image: image,
      Cmd: ['postgres', ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
      Env: ['POSTGRES_USER=postgres', `PGDATA=${recoveryPaths.data}`],
      Labels: labelsOf(instance, 'one-off', operation.id),
      StopSignal: 'SIGINT',
      HostConfig: {
        NetworkMode: 'none',
        Mounts: [{ Type: 'volume', Source: scratchOf(instance, operation.id), Target: root }],
        LogConfig: logConfig,
        ShmSize: 256 * mib,
        ...bounds,
      },
    },
    { path: `${recoveryPaths.data}/recovery.signal`, content: () => '', mode: 0o600 },
  );
  await host.docker.startContainer(id);
  return name;
}
