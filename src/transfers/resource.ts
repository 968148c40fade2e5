import type { Transfer } from '../../prisma/generated/client/client.ts';
import { liveTopics } from '../events/live-resource.ts';
import type { OperationResource } from '../operations/definition.ts';

export const transferResource: OperationResource<Transfer['status']> = {
  type: 'transfer',
  topics: liveTopics('transfer'),
  enter: (tx, orgId, id, status) => tx.transfer.update({ where: { id, orgId }, data: { status, statusMessage: null } }),
};
