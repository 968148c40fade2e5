import type { Feature } from '../feature/feature.ts';
import { recordColumn } from '../secrets/sealed-column.ts';
import { createReplicaJob } from './create.job.ts';
import * as definitions from './kinds.ts';
import { leaveReplicas, replicasOn } from './holding.ts';
import { linkOwner, passwordOwner } from './names.ts';
import { promoteReplicaJob } from './promote.job.ts';
import { removeReplicaJob } from './remove.job.ts';
import { getReplica } from './service.ts';

/** Its rows go with their instance; a server that has those of instances of other servers does not go before them. */
export const replicasFeature: Feature = {
  name: 'replicas',
  kinds: { definitions, implementations: [createReplicaJob, removeReplicaJob, promoteReplicaJob] },
  sealed: [
    recordColumn('database_replicas', 'password_enc', passwordOwner),
    recordColumn('database_replicas', 'link_enc', linkOwner),
  ],
  nodes: {
    organization: {
      DatabaseReplica: { table: 'database_replicas', permission: 'view:databases', get: getReplica },
    },
  },
  living: replicasOn,
  leave: leaveReplicas,
};
