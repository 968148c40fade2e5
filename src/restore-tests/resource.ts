import type { RestoreTestStatus } from '../../prisma/generated/client/client.ts';
import { liveTopics } from '../events/live-resource.ts';
import type { OperationResource } from '../operations/definition.ts';

export const restoreTestResource: OperationResource<RestoreTestStatus> = {
  type: 'restore_test',
  topics: liveTopics('restore_test'),
  enter: (tx, orgId, id, status) => tx.restoreTest.update({ where: { id, orgId }, data: { status } }),
};
