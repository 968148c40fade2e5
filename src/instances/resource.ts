import type { Instance } from '../../prisma/generated/client/client.ts';
import { liveTopics } from '../events/live-resource.ts';
import type { OperationResource } from '../operations/definition.ts';

export const instanceResource: OperationResource<Instance['status']> = {
  type: 'instance',
  topics: liveTopics('instance'),
  enter: (tx, orgId, id, status) =>
    tx.instance.update({ where: { id, orgId }, data: { status, statusMessage: null, lostAt: null } }),
};
