import type { Transfer } from '../../prisma/generated/client/client.ts';
import {
  ensureCreated,
  labelsOf,
  namesOf,
  removeContainer,
  type Site,
  findContainer,
  startContainer,
  toolBounds,
} from '../instances/index.ts';
import { unless } from '../remote/index.ts';

/** Where the file of a transfer is in its containers. */
export const transferFolder = '/transfer';
export const transferFile = `${transferFolder}/file.zip`;
const part = 'transfer';

/** The volume that holds the file, and the container through which it is read and written, have the same name. */
export const placeName = ({ id, instanceId }: Pick<Transfer, 'id' | 'instanceId'>): string =>
  `${namesOf(instanceId).network}-transfer-${id}`;

export async function ensureVolume({ host, instance }: Site, transfer: Transfer, operationId: string): Promise<void> {
  await host.docker.createVolume({ Name: placeName(transfer), Labels: labelsOf(instance, part, operationId) });
}

/** A container that does nothing: programs that read and write the file are run in it. */
export async function ensureHolder(site: Site, transfer: Transfer, operationId: string): Promise<string> {
  const { host, instance, sizing } = site;
  const name = placeName(transfer);
  const id = await ensureCreated(host, instance, name, {
    Image: instance.postgresImage,
    Entrypoint: ['sleep'],
    Cmd: ['2147483647'],
    User: '0:0',
    Labels: labelsOf(instance, part, operationId),
    HostConfig: {
      NetworkMode: 'none',
      Mounts: [{ Type: 'volume', Source: name, Target: transferFolder }],
      ...toolBounds(sizing),
    },
  });
  await startContainer(host, id);
  return id;
}

/** Removes the file with all that serves it. */
export async function removePlace({ host }: Pick<Site, 'host'>, transfer: Transfer): Promise<void> {
  const name = placeName(transfer);
  const holder = await findContainer(host, name);
  if (holder) await removeContainer(host, holder.Id);
  await unless(404, host.docker.removeVolume(name));
}
