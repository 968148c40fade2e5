import { z } from 'zod';
import { defineKind } from '../operations/definition.ts';
import { organizationResource } from './resource.ts';

export const deleteOrganizationKind = defineKind({
  kind: 'org.delete',
  resource: organizationResource,
  entering: 'removing',
  permission: 'manage:org',
  retry: { refused: 'Delete the organization again instead: its slug must be confirmed again' },
  input: z.object({}),
  steps: [
    { name: 'check', title: 'Check that no server and no instance is left' },
    { name: 'history', title: 'Delete operations, metrics and the audit log' },
    { name: 'resources', title: 'Delete projects, environments and what is left of servers and instances' },
    { name: 'organization', title: 'Delete API keys, invitations, members, roles and the organization' },
  ],
});
