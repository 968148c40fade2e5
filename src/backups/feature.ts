import type { Feature } from '../feature/feature.ts';
import { recordColumn } from '../secrets/sealed-column.ts';
import { passwordOwner } from '../snapshots/index.ts';
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
    implementations: [createBackupJob, verifyBackupJob, deleteBackupJob, deleteWithBackupJob],
  },
  sealed: [recordColumn('backup_repositories', 'password_enc', passwordOwner)],
  nodes: {
    organization: {
      Backup: { table: 'backups', permission: 'view:backups', get: getBackup },
    },
  },
  // Backups outlive their instance and their environment. What is at the destinations stays there with the organization's own data.
  erase: async (tx, { type, orgId }) => {
    if (type !== 'organization') return;
    await tx.backup.deleteMany({ where: { orgId } });
    await tx.backupRepository.deleteMany({ where: { orgId } });
  },
};
