import { z } from 'zod';
import { defineOperation } from '../jobs/kind.ts';

export const deleteOrganizationKind = defineOperation({
  kind: 'org.delete',
  resourceType: 'org',
  input: z.object({}),
  steps: [
    { name: 'check', title: 'Check that no server and no instance lives' },
    { name: 'history', title: 'Delete operations, metrics and the audit trail' },
    { name: 'resources', title: 'Delete projects, environments and what is left of servers and instances' },
    { name: 'organization', title: 'Delete API keys, invitations, members, roles and the organization' },
  ],
});
