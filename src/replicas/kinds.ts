import { z } from 'zod';
import { instanceResource } from '../instances/index.ts';
import { defineKind } from '../operations/definition.ts';

const common = { resource: instanceResource, permission: 'manage:databases' } as const;
/** A retry would need the row that the first attempt may have removed. */
const again = (what: string) => ({ refused: `${what} instead` });
const replica = z.object({ replicaId: z.string() });
/** What a replica can be when somebody asks for a change; it is that again if the change is cancelled before it begins. */
export const replicaStatuses = ['online', 'lagging', 'offline', 'lost', 'failed'] as const;

/** Also of one that was lost: everything of it is made anew. Odoo goes on meanwhile. */
export const createReplicaKind = defineKind({
  kind: 'instance.create_replica',
  ...common,
  retry: again('Rebuild the replica'),
  entering: 'running',
  input: replica,
  steps: [
    { name: 'prepare', title: 'Prepare PostgreSQL for replication' },
    { name: 'connect', title: 'Connect the servers' },
    { name: 'copy', title: 'Copy the database' },
    { name: 'start', title: 'Start the replica' },
    { name: 'use', title: 'Let Odoo read from it' },
  ],
});

export const removeReplicaKind = defineKind({
  kind: 'instance.remove_replica',
  ...common,
  retry: again('Remove the replica again'),
  entering: 'running',
  input: replica.extend({ from: z.enum(replicaStatuses) }),
  steps: [
    { name: 'release', title: 'Let Odoo read from the primary' },
    { name: 'remove', title: 'Remove the replica' },
  ],
});

export const promoteReplicaKind = defineKind({
  kind: 'instance.promote_replica',
  ...common,
  retry: again('Promote the replica again'),
  entering: 'restarting',
  input: replica.extend({
    /** The primary may be lost: what it had not sent goes with it. */
    force: z.boolean(),
    from: z.enum(replicaStatuses),
    instanceFrom: z.enum(['running', 'failed']),
  }),
  steps: [
    { name: 'stop', title: 'Stop Odoo and the primary' },
    { name: 'promote', title: 'Promote the replica' },
    { name: 'start', title: 'Start Odoo on the new primary' },
    { name: 'finish', title: 'Remove the old primary' },
  ],
});
