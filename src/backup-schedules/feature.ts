import type { Feature } from '../feature/feature.ts';
import { getAlert } from './alerts.ts';
import { getSchedule } from './rows.ts';

export const backupSchedulesFeature: Feature = {
  name: 'backup-schedules',
  nodes: {
    organization: {
      BackupSchedule: { table: 'backup_schedules', permission: 'view:backups', get: getSchedule },
      BackupAlert: { table: 'backup_alerts', permission: 'view:backups', get: getAlert },
    },
  },
  history: ['backup_alerts'],
  erase: async (tx, { type, orgId, id }) => {
    if (type === 'server') return;
    const within = type === 'environment' ? { environmentId: id } : type === 'project' ? { projectId: id } : {};
    const where = { orgId, ...within };
    await tx.backupAlert.deleteMany({ where });
    await tx.backupSchedule.deleteMany({ where });
  },
};
