import type { Instance, WalArchive } from '../../prisma/generated/client/client.ts';
import { labelsOf, namesOf } from '../instances/index.ts';

/** Of the slot, the role and the connection by which every change is received. */
export const receiver = 'ocore_wal';

export const archiveNames = ({ instanceId, madeBy }: Pick<WalArchive, 'instanceId' | 'madeBy'>) => ({
  container: `ocore-${instanceId}-wal`,
  volume: `ocore-${instanceId}-wal-${madeBy ?? ''}`,
});

/** Where the received changes are in the containers that read them, and in snapshots. */
export const walPath = '/wal';
export const basePath = '/base';

export const walLabels = (instance: Instance, operationId: string) => labelsOf(instance, 'wal', operationId);

/** The volume of a copy of the database server, while its operation runs. */
export const copyVolume = (instance: Pick<Instance, 'id'>, operationId: string): string =>
  `${namesOf(instance.id).network}-base-${operationId}`;

export const passwordOwner = (archiveId: string): string => `wal_archive:${archiveId}`;
export const walTag = (baseId: string): string => `wal=${baseId}`;
export const baseTag = (baseId: string): string => `base=${baseId}`;
