import type { DatabaseReplica, Instance } from '../../prisma/generated/client/client.ts';
import { labelsOf } from '../instances/index.ts';

export type ReplicaRow = Pick<DatabaseReplica, 'id' | 'instanceId' | 'number' | 'madeBy' | 'passwordEnc'>;

/** What a replica is called on its server, in the primary, and for Odoo: never from what users typed. */
export function replicaNames({ instanceId, number, madeBy }: Pick<ReplicaRow, 'instanceId' | 'number' | 'madeBy'>) {
  const container = `ocore-${instanceId}-replica-${number}`;
  return {
    container,
    copy: `${container}-copy`,
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

export const passwordOwner = (replicaId: string): string => `database_replica:${replicaId}`;

export const dataDirectory = '/var/lib/postgresql/data';
export const pgdata = `${dataDirectory}/pgdata`;
