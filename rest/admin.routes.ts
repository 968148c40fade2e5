import { z } from 'zod';
import { adminUserInput } from '../src/admin/index.ts';
import { installationSettingsInput } from '../src/identity/index.ts';
import { auditEntryFields, auditFilters, auditTrail, givenAuditFilters } from './audit.routes.ts';
import { type Category, type Examples, filter, type Parsers, type Shapes } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import { operationFields } from './operations.routes.ts';
import type { Route } from './route.ts';

const user = 'id name email emailVerified isServerAdmin: isAdmin totpEnabled orgCount createdAt lastLoginAt deactivatedAt';
const userFields = user.replace(': isAdmin', '');
const organization = 'id name slug status memberCount serverCount instanceCount createdAt';
const category = 'Admin';

const act = (path: string, summary: string, field: string): Route => ({
  method: 'post',
  path: `/admin/users/{id}/${path}`,
  category,
  summary,
  document: `mutation ($id: ID!) { ${field}(id: $id) { ${user} } }`,
  answer: { as: 'object' },
});

const adminAuditEntry = `${auditEntryFields} orgId`;

const routes: readonly Route[] = [
  { method: 'get', path: '/admin/users', category, summary: 'List all accounts', document: `query ($first: Int, $after: String, $search: String) { adminUsers(first: $first, after: $after, search: $search) { nodes { ${user} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  { method: 'post', path: '/admin/users', category, summary: 'Create an account', document: `mutation ($input: AdminCreateUserInput!) { adminCreateUser(input: $input) { ${user} } }`, answer: { as: 'object', status: 201 } },
  { method: 'get', path: '/admin/users/{id}', category, summary: 'Get an account', document: `query ($id: ID!) { adminUser(id: $id) { ${user} } }`, answer: { as: 'object' } },
  act('deactivate', 'Deactivate an account', 'adminDeactivateUser'),
  act('reactivate', 'Reactivate an account', 'adminReactivateUser'),
  { method: 'put', path: '/admin/users/{id}/administrator', category, summary: 'Grant or revoke the administrator role', document: `mutation ($id: ID!, $isAdmin: Boolean!) { adminSetAdministrator(id: $id, isAdmin: $isAdmin) { ${user} } }`, body: ['isAdmin'], answer: { as: 'object' } },
  { method: 'delete', path: '/admin/users/{id}/sessions', category, summary: 'End every session of an account', document: 'mutation ($id: ID!) { adminEndUserSessions(id: $id) }', answer: { as: 'message', message: 'The sessions have ended' } },
  { method: 'get', path: '/admin/orgs', category, summary: 'List all organizations', document: `query ($first: Int, $after: String, $search: String) { adminOrganizations(first: $first, after: $after, search: $search) { nodes { ${organization} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  { method: 'get', path: '/admin/orgs/{id}', category, summary: 'Get an organization', document: `query ($id: ID!) { adminOrganization(id: $id) { ${organization} } }`, answer: { as: 'object' } },
  {
    method: 'get',
    path: '/admin/jobs',
    category,
    summary: 'List the operations of all organizations',
    document: `query ($first: Int, $after: String, $status: [OperationStatus!], $kind: String) { adminJobs(first: $first, after: $after, statuses: $status, kind: $kind) { nodes { ${operationFields} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  { method: 'post', path: '/admin/jobs/{id}/cancel', category, summary: 'Cancel an operation of any organization', document: 'mutation ($id: ID!) { adminCancelJob(id: $id) { id status } }', answer: { as: 'accepted', resource: 'operation', message: 'Cancellation accepted' } },
  { method: 'get', path: '/admin/jobs/queue', category, summary: 'Get the status of the work queue', document: '{ adminJobQueue { queued running oldestQueuedSeconds failedLastDay mailsWaiting } }', answer: { as: 'object' } },
  {
    method: 'get',
    path: '/admin/audit-logs',
    category,
    summary: 'List the audit log of the installation',
    document: `query ($first: Int, $after: String, $orgId: ID, ${auditFilters}) { adminAuditLogs(first: $first, after: $after, orgId: $orgId, ${givenAuditFilters}) { nodes { ${adminAuditEntry} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  { method: 'get', path: '/admin/settings', category, summary: 'Get the settings of the installation', document: '{ installationSettings { signupOpen signupOpenIsSet } }', answer: { as: 'object' } },
  { method: 'patch', path: '/admin/settings', category, summary: 'Change the settings of the installation', document: 'mutation ($input: InstallationSettingsInput!) { updateInstallationSettings(input: $input) { signupOpen signupOpenIsSet } }', answer: { as: 'object' } },
];

const examples: Examples = {
  '/admin/users/{id}': ids.user,
  '/admin/orgs/{id}': ids.organization,
  'AuditEntry.orgId': ids.organization,
  '/admin/jobs/{id}': ids.operation,
  orgCount: 1,
  deactivatedAt: null,
  'adminDeactivateUser.deactivatedAt': '2026-11-24T09:30:00.000Z',
  ...Object.fromEntries(
    ['adminCreateUser', 'adminSetAdministrator', 'adminDeactivateUser', 'adminReactivateUser'].flatMap((change) => [
      [`${change}.name`, 'Grace Hopper'],
      [`${change}.email`, 'grace@example.com'],
      [`${change}.totpEnabled`, false],
    ]),
  ),
  'adminCreateUser.orgCount': 0,
  'adminCreateUser.lastLoginAt': null,
  'updateInstallationSettings.signupOpenIsSet': true,
  'AdminCreateUserInput.name': 'Grace Hopper',
  'AdminCreateUserInput.email': 'grace@example.com',
  serverCount: 2,
  instanceCount: 6,
  queued: 2,
  running: 5,
  oldestQueuedSeconds: 3,
  failedLastDay: 1,
  mailsWaiting: 0,
  'adminOrganizations.search': 'example',
};

const parsers: Parsers = {
  AdminCreateUserInput: adminUserInput,
  InstallationSettingsInput: installationSettingsInput,
  adminAuditLogs: auditTrail,
  adminJobs: z.object({ kind: filter }),
  adminOrganizations: z.object({ search: filter }),
  adminUsers: z.object({ search: filter }),
};

const shapes: Shapes = {
  AdminAuditEntry: { type: 'AuditEntry', fields: adminAuditEntry },
  AdminUser: { type: 'User', fields: userFields },
  AdminOrganization: { type: 'Organization', fields: organization },
};

export default { routes, examples, parsers, shapes } satisfies Category;
