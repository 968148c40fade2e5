import type { BackupStatus } from '../../prisma/generated/client/client.ts';
import { found } from '../errors.ts';
import { liveTopics } from '../events/live-resource.ts';
import type { OperationResource } from '../operations/definition.ts';

/** `kept`: what works on a backup that is there leaves its status as it is. */
export const backupResource: OperationResource<BackupStatus | 'kept'> = {
  type: 'backup',
  topics: liveTopics('backup'),
  enter: async (tx, orgId, id, status) => {
    if (status === 'kept') return found(await tx.backup.findFirst({ where: { id, orgId } }), 'backup', id);
    return tx.backup.update({ where: { id, orgId }, data: { status } });
  },
};
