import type { Feature } from '../feature/feature.ts';
import { recordColumn } from '../secrets/sealed-column.ts';
import { baseBackupJob } from './base.job.ts';
import { disableArchivingJob, enableArchivingJob } from './enable.job.ts';
import * as definitions from './kinds.ts';
import { passwordOwner } from './names.ts';
import { restorePointJob } from './restore.job.ts';
import { shipJob } from './ship.job.ts';

/** Its rows go with their instance. */
export const pitrFeature: Feature = {
  name: 'pitr',
  kinds: {
    definitions,
    implementations: [enableArchivingJob, disableArchivingJob, shipJob, baseBackupJob, restorePointJob],
  },
  sealed: [recordColumn('wal_archives', 'password_enc', passwordOwner)],
};
