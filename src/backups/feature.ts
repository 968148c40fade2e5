import type { Feature } from '../feature/feature.ts';
import { copyBackupJob } from './copy.job.ts';
import { createBackupJob } from './create.job.ts';
import { deleteWithBackupJob } from './final-backup.job.ts';
import { deleteBackupJob, verifyBackupJob } from './kept.job.ts';
import * as definitions from './kinds.ts';
import { getBackup } from './list.ts';

export const backupsFeature: Feature = {
  name: 'backups',
  permissions: ['backups'],
  kinds: {
    definitions,
    implementations: [createBackupJob, copyBackupJob, verifyBackupJob, deleteBackupJob, deleteWithBackupJob],
  },
  nodes: {
    organization: {
      Backup: { table: 'backups', permission: 'view:backups', get: getBackup },
    },
  },
  // They outlive their instance and their environment.
  erase: async (tx, { type, orgId }) => {
    if (type === 'organization') await tx.backup.deleteMany({ where: { orgId } });
  },
};
