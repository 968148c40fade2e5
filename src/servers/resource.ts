import type { Server } from '../../prisma/generated/client/client.ts';
import { liveTopics } from '../events/live-resource.ts';
import type { OperationResource } from '../operations/definition.ts';

export const serverResource: OperationResource<Server['status']> = {
  type: 'server',
  topics: liveTopics('server'),
  enter: (tx, orgId, id, status) => tx.server.update({ where: { id, orgId }, data: { status, statusMessage: null } }),
};
