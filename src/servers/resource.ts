import type { Server } from '../../prisma/generated/client/client.ts';
import type { OperationResource } from '../operations/definition.ts';

export const serverResource: OperationResource<Server['status']> = {
  type: 'server',
  topics: (orgId, id) => [`server:${id}`, `org:${orgId}:servers`],
  enter: (tx, orgId, id, status) => tx.server.update({ where: { id, orgId }, data: { status, statusMessage: null } }),
};
