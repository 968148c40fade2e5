import type { Feature } from '../feature/feature.ts';
import { recordColumn } from '../secrets/sealed-column.ts';
import { passwordOwner } from './repository.ts';

export const snapshotsFeature: Feature = {
  name: 'snapshots',
  sealed: [recordColumn('backup_repositories', 'password_enc', passwordOwner)],
  // What is at the destinations stays there, with the organization's own data.
  erase: async (tx, { type, orgId }) => {
    if (type === 'organization') await tx.backupRepository.deleteMany({ where: { orgId } });
  },
};
