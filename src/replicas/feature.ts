import type { Feature } from '../feature/feature.ts';
import { recordColumn } from '../secrets/sealed-column.ts';
import { createReplicaJob } from './create.job.ts';
import * as definitions from './kinds.ts';
import { passwordOwner } from './names.ts';
import { promoteReplicaJob } from './promote.job.ts';
import { removeReplicaJob } from './remove.job.ts';
import { getReplica } from './service.ts';

/** Its rows go with their instance. */
export const replicasFeature: Feature = {
  name: 'replicas',
  kinds: { definitions, implementations: [createReplicaJob, removeReplicaJob, promoteReplicaJob] },
  sealed: [recordColumn('database_replicas', 'password_enc', passwordOwner)],
  nodes: {
    organization: {
      DatabaseReplica: { table: 'database_replicas', permission: 'view:databases', get: getReplica },
    },
  },
};
