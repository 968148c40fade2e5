import type { Organization } from '../../prisma/generated/client/client.ts';
import type { OperationResource } from '../operations/definition.ts';

export const organizationResource: OperationResource<Organization['status']> = {
  type: 'org',
  topics: () => [],
  enter: (tx, _orgId, id, status) => tx.organization.update({ where: { id }, data: { status } }),
};
