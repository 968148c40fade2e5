import type { Feature } from '../feature/feature.ts';
import * as definitions from './kinds.ts';
import { provisionFromBackupJob } from './provision.job.ts';
import { restoreFilesJob } from './restore-files.job.ts';
import { restoreJob } from './restore.job.ts';

export const restoresFeature: Feature = {
  name: 'restores',
  kinds: { definitions, implementations: [restoreJob, restoreFilesJob, provisionFromBackupJob] },
};
