import type { DatabaseReplica, Instance } from '../../prisma/generated/client/client.ts';
import { labelsOf } from '../instances/index.ts';

export type ReplicaRow = Pick<DatabaseReplica, 'id' | 'instanceId' | 'serverId' | 'number' | 'madeBy' | 'passwordEnc'>;

/** Whether it runs on another server than the instance. */
export const isFar = ({ serverId }: Pick<Instance, 'serverId'>, replica: Pick<ReplicaRow, 'serverId'>): boolean =>
  replica.serverId !== serverId;

/** What a replica is called on its server, in the primary, and for Odoo: never from what users typed. */
export function replicaNames({ instanceId, number, madeBy }: Pick<ReplicaRow, 'instanceId' | 'number' | 'madeBy'>) {
  const container = `ocore-${instanceId}-replica-${number}`;
  return {
    container,
    copy: `${container}-copy`,
    /** Of one on another server: its end of the connection between them, by the same name on both. */
    gate: `${container}-gate`,
    volume: `${container}-${madeBy ?? ''}`,
    /** Of its slot, its role and its connection. */
    slot: `ocore_replica_${number}`,
  };
}

/** Which replica a thing belongs to. */
export const replicaLabel = 'sh.ocore.replica';

export const replicaLabels = (
  instance: Instance,
  replica: ReplicaRow,
  part: 'replica' | 'one-off',
  operationId: string,
) => ({
  ...labelsOf(instance, part, operationId),
  [replicaLabel]: replica.id,
});

/** What Odoo calls it. */
export const readsAt = (instance: Pick<Instance, 'serverId'>, replica: ReplicaRow): string =>
  isFar(instance, replica) ? replicaNames(replica).gate : replicaNames(replica).container;

export const portPurpose = ({ number }: Pick<ReplicaRow, 'number'>): `replica_${number}` => `replica_${number}`;

export const linkOwner = (replicaId: string): string => `database_replica:${replicaId}:link`;
export const passwordOwner = (replicaId: string): string => `database_replica:${replicaId}`;

export const dataDirectory = '/var/lib/postgresql/data';
export const pgdata = `${dataDirectory}/pgdata`;
