import type { Feature } from '../feature/feature.ts';
import { within } from '../feature/holding.ts';
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
  erase: async (tx, place) => {
    if (place.type === 'server') return;
    await tx.backupAlert.deleteMany({ where: within(place) });
    await tx.backupSchedule.deleteMany({ where: within(place) });
  },
};
