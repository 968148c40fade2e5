import type { Feature } from '../feature/feature.ts';
import { configureDatabaseJob } from './configure.job.ts';
import * as definitions from './kinds.ts';
import { maintainDatabaseJob } from './maintain.job.ts';
import { configurePoolerJob } from './pooler.job.ts';
import { rotateDatabasePasswordJob } from './rotate.job.ts';

/** What it keeps of an instance is in the instance's row and on its server; its readings go with the row. */
export const instanceDatabasesFeature: Feature = {
  name: 'instance databases',
  permissions: ['databases'],
  history: ['database_metrics'],
  kinds: {
    definitions,
    implementations: [configureDatabaseJob, rotateDatabasePasswordJob, configurePoolerJob, maintainDatabaseJob],
  },
};
