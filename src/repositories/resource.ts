import type { RepositoryStatus } from '../../prisma/generated/client/client.ts';
import { liveTopics } from '../events/live-resource.ts';
import type { OperationResource } from '../operations/definition.ts';

export const repositoryResource: OperationResource<RepositoryStatus> = {
  type: 'repository',
  topics: liveTopics('repository'),
  enter: (tx, orgId, id, status) => tx.repository.update({ where: { id, orgId }, data: { status } }),
};
