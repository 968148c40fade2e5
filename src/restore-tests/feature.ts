import type { Feature } from '../feature/feature.ts';
import { within } from '../feature/holding.ts';
import { secretOwner } from '../instances/index.ts';
import { recordColumn } from '../secrets/sealed-column.ts';
import * as definitions from './kinds.ts';
import { getRestoreTest } from './rows.ts';
import { runRestoreTestJob } from './run.job.ts';

export const restoreTestsFeature: Feature = {
  name: 'restore-tests',
  kinds: { definitions, implementations: [runRestoreTestJob] },
  sealed: [recordColumn('restore_tests', 'secrets_enc', (id) => secretOwner(id, 'passwords'))],
  nodes: {
    organization: {
      RestoreTest: { table: 'restore_tests', permission: 'view:backups', get: getRestoreTest },
    },
  },
  erase: async (tx, place) => {
    const { type, orgId, id } = place;
    // A server that goes takes the schedules along; what was tested there stays known.
    if (type === 'server') return void (await tx.restoreTestSchedule.deleteMany({ where: { orgId, serverId: id } }));
    await tx.restoreTestSchedule.deleteMany({ where: within(place) });
    await tx.restoreTest.deleteMany({ where: within(place) });
  },
};
