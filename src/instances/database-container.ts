import type { Instance } from '../../prisma/generated/client/client.ts';
import type { RemoteHost } from '../remote/index.ts';
import type { Bounds } from './container-limits.ts';
import { ensureCreated, logConfig, startContainer } from './containers.ts';
import { databaseConf, databaseConfPath, databaseSettingsOf } from './database-conf.ts';
import { confLabel, labelsOf, limitsLabel, namesOf, volumesOf } from './names.ts';

const passwordPath = '/etc/ocore-postgres-password';
const mib = 1024 ** 2;

/** What a container is limited to, as its label has it. */
export const limitsOf = ({ Memory, CpuQuota, PidsLimit }: Bounds): string => `${Memory}/${CpuQuota}/${PidsLimit}`;

/** Starts the container of the database server, created over its volume if it was not there. */
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
      Cmd: ['postgres', '-c', `config_file=${databaseConfPath}`],
      // The password is in a file: the environment of a container is in every `docker inspect`.
      Env: [
        'POSTGRES_USER=postgres',
        'POSTGRES_DB=postgres',
        `POSTGRES_PASSWORD_FILE=${passwordPath}`,
        'PGDATA=/var/lib/postgresql/data/pgdata',
      ],
      Labels: { ...labelsOf(instance, 'database', operationId), [limitsLabel]: limitsOf(bounds), [confLabel]: 'file' },
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
    // The image reads the password as root, before it becomes postgres.
    { path: passwordPath, content: () => superuserPassword, mode: 0o400 },
    { path: databaseConfPath, content: () => databaseConf(bounds, databaseSettingsOf(instance)), mode: 0o644 },
  );
  await startContainer(host, id);
}
