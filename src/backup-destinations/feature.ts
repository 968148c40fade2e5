import type { Feature } from '../feature/feature.ts';
import { recordColumn } from '../secrets/sealed-column.ts';
import { secretOwner } from './place.ts';
import { getDestination } from './rows.ts';

export const backupDestinationsFeature: Feature = {
  name: 'backup-destinations',
  permissions: ['backup_destinations'],
  sealed: [recordColumn('backup_destinations', 'credentials_enc', secretOwner)],
  nodes: {
    organization: {
      BackupDestination: { table: 'backup_destinations', permission: 'view:backup_destinations', get: getDestination },
    },
  },
  erase: async (tx, { type, orgId }) => {
    if (type === 'organization') await tx.backupDestination.deleteMany({ where: { orgId } });
  },
};
