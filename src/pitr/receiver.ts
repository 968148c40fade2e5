import {
  ensureCreated,
  findContainer,
  logConfig,
  namesOf,
  removeContainer,
  type Site,
  startContainer,
  stopContainer,
} from '../instances/index.ts';
import { type RemoteHost, unless } from '../remote/index.ts';
import type { WalArchive } from '../../prisma/generated/client/client.ts';
import { archiveNames, receiver, walLabels, walPath } from './names.ts';

const mib = 1024 ** 2;
const passwordPath = '/etc/ocore-pgpass';

/** libpq's own words for the way to the database; the password is in a file. */
export const connectionTo = (instanceId: string): string =>
  `host=${namesOf(instanceId).database} port=5432 user=${receiver} application_name=${receiver}`;

/** What it receives belongs to root in a volume of its own: it needs no right, and little memory. */
const bounds = {
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges'],
  Memory: 256 * mib,
  MemorySwap: 256 * mib,
  CpuShares: 256,
  PidsLimit: 64,
};

/**
 * Runs `pg_receivewal` beside the database: it writes every change down as it happens, and comes back by itself after
 * the database, the engine or the server was away. The slot keeps meanwhile what it has not received.
 */
export async function startReceiver(
  { host, instance }: Pick<Site, 'host' | 'instance'>,
  archive: WalArchive,
  password: string,
  operationId: string,
): Promise<void> {
  const { container, volume } = archiveNames(archive);
  await host.docker.createVolume({ Name: volume, Labels: walLabels(instance, operationId) });
  const id = await ensureCreated(
    host,
    instance,
    container,
    {
      Image: instance.postgresImage,
      Entrypoint: ['pg_receivewal'],
      Cmd: ['-d', connectionTo(instance.id), '-D', walPath, '-S', receiver, '--synchronous', '-w', '-v'],
      Env: [`PGPASSFILE=${passwordPath}`],
      User: '0:0',
      Labels: walLabels(instance, operationId),
      HostConfig: {
        NetworkMode: namesOf(instance.id).network,
        Mounts: [{ Type: 'volume', Source: volume, Target: walPath }],
        LogConfig: logConfig,
        ...bounds,
      },
    },
    { path: passwordPath, content: () => `*:*:*:*:${password}\n`, mode: 0o600 },
  );
  await startContainer(host, id);
}

export async function removeReceiver(
  host: RemoteHost,
  archive: Pick<WalArchive, 'instanceId' | 'madeBy'>,
): Promise<void> {
  const { container, volume } = archiveNames(archive);
  const known = await findContainer(host, container);
  if (known) {
    await stopContainer(host, known.Id, 30);
    await removeContainer(host, known.Id);
  }
  await unless(404, host.docker.removeVolume(volume));
}
