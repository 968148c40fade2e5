import { z } from 'zod';
import { adminUserInput, createOrganizationForInput, installationSettingsInput } from '../src/admin/index.ts';
import { apiVersion } from '../src/api-version.ts';
import { impersonationInput } from '../src/identity/index.ts';
import { addMemberInput } from '../src/members/index.ts';
import { quotasInput } from '../src/orgs/index.ts';
import { auditEntryFields, auditFilters, auditTrail, givenAuditFilters } from './audit.routes.ts';
import { type Category, type Examples, filter, type Parsers, type Shapes } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import { operationFields } from './operations.routes.ts';
import type { Route } from './route.ts';

const user = 'id name email emailVerified isServerAdmin: isAdmin totpEnabled orgCount createdAt lastLoginAt deactivatedAt';
const userFields = user.replace(': isAdmin', '');
const organization = 'id name slug status memberCount serverCount instanceCount createdAt deactivatedAt quotas { maxServers maxInstances maxMembers maxProjects }';
const session = 'id userId deviceName userAgent ipAddress method strong current impersonationReason createdAt lastSeenAt expiresAt';
const member = 'id userId name email joinedAt role { id name }';
const apiKey = 'id name prefix status permissions createdAt expiresAt lastUsedAt lastUsedIp revokedAt createdBy { id name email } organization { id name slug }';
const settings = 'signupOpen signupOpenIsSet smtpHost smtpPort smtpTls smtpUser smtpPasswordIsSet smtpFrom maxServers maxInstances maxMembers maxProjects auditRetentionDays operationLogRetentionDays brandName brandLogoUrl maintenance maintenanceMessage sshNetworks';
const pageInfo = 'pageInfo { hasNextPage endCursor }';
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
const actOnOrganization = (path: string, summary: string, field: string): Route => ({
  method: 'post',
  path: `/admin/orgs/{id}/${path}`,
  category,
  summary,
  document: `mutation ($id: ID!) { ${field}(id: $id) { ${organization} } }`,
  answer: { as: 'object' },
});

const routes: readonly Route[] = [
  { method: 'get', path: '/admin/users', category, summary: 'List all accounts', document: `query ($first: Int, $after: String, $search: String) { adminUsers(first: $first, after: $after, search: $search) { nodes { ${user} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  { method: 'post', path: '/admin/users', category, summary: 'Create an account', document: `mutation ($input: AdminCreateUserInput!) { adminCreateUser(input: $input) { ${user} } }`, answer: { as: 'object', status: 201 }, errors: ['quota_exceeded'] },
  { method: 'get', path: '/admin/users/{id}', category, summary: 'Get an account', document: `query ($id: ID!) { adminUser(id: $id) { ${user} } }`, answer: { as: 'object' } },
  act('deactivate', 'Deactivate an account', 'adminDeactivateUser'),
  act('reactivate', 'Reactivate an account', 'adminReactivateUser'),
  { method: 'put', path: '/admin/users/{id}/administrator', category, summary: 'Grant or revoke the administrator role', document: `mutation ($id: ID!, $isAdmin: Boolean!) { adminSetAdministrator(id: $id, isAdmin: $isAdmin) { ${user} } }`, body: ['isAdmin'], answer: { as: 'object' } },
  { method: 'delete', path: '/admin/users/{id}/sessions', category, summary: 'End every session of an account', document: 'mutation ($id: ID!) { adminEndUserSessions(id: $id) }', answer: { as: 'message', message: 'The sessions have ended' } },
  act('reset-second-factor', 'Reset the second factor of an account', 'adminResetSecondFactor'),
  {
    method: 'post',
    path: '/admin/users/{id}/impersonate',
    category,
    summary: 'Work on behalf of a user',
    document: 'mutation ($id: ID!, $input: AdminImpersonateInput!) { adminImpersonateUser(id: $id, input: $input) { sessionId accessToken reason expiresAt user { id name email } } }',
    answer: { as: 'object', status: 201 },
  },
  { method: 'delete', path: '/admin/impersonations/{id}', category, summary: 'End an impersonation', document: 'mutation ($id: ID!) { adminEndImpersonation(id: $id) }', answer: { as: 'message', message: 'The impersonation has ended' } },
  { method: 'get', path: '/admin/sessions', category, summary: 'List the sessions of all accounts', document: `query ($first: Int, $after: String, $userId: ID) { adminSessions(first: $first, after: $after, userId: $userId) { nodes { ${session} } ${pageInfo} } }`, answer: { as: 'list' } },
  { method: 'delete', path: '/admin/sessions/{id}', category, summary: 'End a session of any account', document: 'mutation ($id: ID!) { adminEndSession(id: $id) }', answer: { as: 'message', message: 'The session has ended' } },
  { method: 'get', path: '/admin/orgs', category, summary: 'List all organizations', document: `query ($first: Int, $after: String, $search: String) { adminOrganizations(first: $first, after: $after, search: $search) { nodes { ${organization} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  { method: 'get', path: '/admin/orgs/{id}', category, summary: 'Get an organization', document: `query ($id: ID!) { adminOrganization(id: $id) { ${organization} } }`, answer: { as: 'object' } },
  { method: 'post', path: '/admin/orgs', category, summary: 'Create an organization for somebody', document: `mutation ($input: AdminCreateOrganizationInput!) { adminCreateOrganization(input: $input) { ${organization} } }`, answer: { as: 'object', status: 201 } },
  { method: 'patch', path: '/admin/orgs/{id}/quotas', category, summary: 'Change the quotas of an organization', document: `mutation ($id: ID!, $input: AdminOrganizationQuotasInput!) { adminSetOrganizationQuotas(id: $id, input: $input) { ${organization} } }`, answer: { as: 'object' } },
  actOnOrganization('deactivate', 'Deactivate an organization', 'adminDeactivateOrganization'),
  actOnOrganization('reactivate', 'Reactivate an organization', 'adminReactivateOrganization'),
  {
    method: 'delete',
    path: '/admin/orgs/{id}',
    category,
    summary: 'Delete an organization',
    document: 'mutation ($id: ID!, $confirmSlug: String!) { adminDeleteOrganization(id: $id, confirmSlug: $confirmSlug) { organization { id status } operation { id } } }',
    body: ['confirmSlug'],
    answer: { as: 'accepted', resource: 'organization', message: 'Organization deletion in progress' },
  },
  {
    method: 'get',
    path: '/admin/orgs/{id}/members',
    category,
    summary: 'List the members of an organization',
    document: `query ($id: ID!, $first: Int, $after: String, $search: String) { adminOrganizationMembers(id: $id, first: $first, after: $after, search: $search) { nodes { ${member} } ${pageInfo} } }`,
    answer: { as: 'list' },
  },
  { method: 'post', path: '/admin/orgs/{id}/members', category, summary: 'Add a member to an organization', document: `mutation ($id: ID!, $input: AdminAddMemberInput!) { adminAddOrganizationMember(id: $id, input: $input) { ${member} } }`, answer: { as: 'object', status: 201 }, errors: ['quota_exceeded'] },
  { method: 'delete', path: '/admin/orgs/{id}/members/{memberId}', category, summary: 'Remove a member from an organization', document: 'mutation ($id: ID!, $memberId: ID!) { adminRemoveOrganizationMember(id: $id, memberId: $memberId) { id } }', answer: { as: 'message', message: 'Member removed' } },
  {
    method: 'get',
    path: '/admin/api-keys',
    category,
    summary: 'List the API keys of all organizations',
    document: `query ($first: Int, $after: String, $search: String, $includeRevoked: Boolean) { adminApiKeys(first: $first, after: $after, search: $search, includeRevoked: $includeRevoked) { nodes { ${apiKey} } ${pageInfo} } }`,
    answer: { as: 'list' },
  },
  { method: 'delete', path: '/admin/api-keys/{id}', category, summary: 'Revoke an API key of any organization', document: 'mutation ($id: ID!) { adminRevokeApiKey(id: $id) { id } }', answer: { as: 'message', message: 'API key revoked' } },
  {
    method: 'get',
    path: '/admin/jobs',
    category,
    summary: 'List the operations of all organizations',
    document: `query ($first: Int, $after: String, $status: [OperationStatus!], $kind: String) { adminJobs(first: $first, after: $after, statuses: $status, kind: $kind) { nodes { ${operationFields} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  { method: 'post', path: '/admin/jobs/{id}/cancel', category, summary: 'Cancel an operation of any organization', document: 'mutation ($id: ID!) { adminCancelJob(id: $id) { id status } }', answer: { as: 'accepted', resource: 'operation', message: 'Cancellation accepted' } },
  { method: 'post', path: '/admin/jobs/{id}/retry', category, summary: 'Retry an operation of any organization', document: 'mutation ($id: ID!) { adminRetryJob(id: $id) { id status } }', answer: { as: 'accepted', resource: 'operation', message: 'Retry in progress' } },
  { method: 'get', path: '/admin/jobs/queues', category, summary: 'List the queues', document: '{ adminQueues { name waiting running retrying failedLastDay oldestSeconds } }', answer: { as: 'whole', key: 'queues' } },
  { method: 'get', path: '/admin/jobs/dead-mails', category, summary: 'List the e-mails that were given up', document: `query ($first: Int, $after: String) { adminDeadMails(first: $first, after: $after) { nodes { id recipient subject attempts lastError createdAt failedAt } ${pageInfo} } }`, answer: { as: 'list' } },
  { method: 'get', path: '/admin/jobs/queue', category, summary: 'Get the status of the work queue', document: '{ adminJobQueue { queued running oldestQueuedSeconds failedLastDay mailsWaiting } }', answer: { as: 'object' } },
  {
    method: 'get',
    path: '/admin/audit-logs',
    category,
    summary: 'List the audit log of the installation',
    document: `query ($first: Int, $after: String, $orgId: ID, ${auditFilters}) { adminAuditLogs(first: $first, after: $after, orgId: $orgId, ${givenAuditFilters}) { nodes { ${adminAuditEntry} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  { method: 'get', path: '/admin/settings', category, summary: 'Get the settings of the installation', document: `{ installationSettings { ${settings} } }`, answer: { as: 'object' } },
  { method: 'patch', path: '/admin/settings', category, summary: 'Change the settings of the installation', document: `mutation ($input: InstallationSettingsInput!) { updateInstallationSettings(input: $input) { ${settings} } }`, answer: { as: 'object' } },
  { method: 'post', path: '/admin/settings/test-mail', category, summary: 'Send a test message to yourself', document: 'mutation { adminSendTestMail }', answer: { as: 'message', message: 'The mail server accepted the test message' } },
  {
    method: 'get',
    path: '/admin/health',
    category,
    summary: 'Get the health of the installation',
    document: '{ adminSystemHealth { status problems version nodeVersion queueLagSeconds mailLagSeconds workers database { version sizeBytes latencyMs connections maxConnections poolTotal poolIdle poolWaiting } migrations { applied pending latest } disk { path totalBytes availableBytes } } }',
    answer: { as: 'object' },
    readings: ['queueLagSeconds', 'mailLagSeconds', 'database', 'disk'],
  },
];

const sessionId = '0197a1f3-4d5e-7f60-9b7c-8d9e0f1a2b3c';

const examples: Examples = {
  '/admin/users/{id}': ids.user,
  '/admin/orgs/{id}': ids.organization,
  'AuditEntry.orgId': ids.organization,
  '/admin/orgs/{id}/members/{memberId}': ids.member,
  '/admin/sessions/{id}': sessionId,
  '/admin/impersonations/{id}': sessionId,
  '/admin/api-keys/{id}': '0197a1f1-0a41-7c55-8e61-9b7d4c2f6a18',
  'Impersonation.sessionId': sessionId,
  'Impersonation.expiresAt': '2026-11-24T09:45:00.000Z',
  'Impersonator.userId': '0197a1e8-0b7c-7c55-9b1e-3f5d7a9c1e20',
  'Impersonator.name': 'Grace Hopper',
  'Impersonator.expiresAt': '2026-11-24T09:45:00.000Z',
  impersonatedBy: null,
  impersonationReason: null,
  reason: 'Ticket 4711: the invoices are missing',
  minutes: 15,
  orgId: ids.organization,
  ownerUserId: ids.user,
  'AdminCreateOrganizationInput.name': 'Northwind',
  'AdminCreateOrganizationInput.slug': 'northwind',
  roleName: 'Developer',
  'AdminQueue.name': 'operations',
  'AdminQueue.waiting': 2,
  'AdminQueue.running': 5,
  retrying: 0,
  oldestSeconds: 3,
  'AdminDeadMail.id': '0197a1f6-2f4d-7c31-8a52-6b0f9d7e4c10',
  recipient: 'ada@example.com',
  'AdminDeadMail.subject': 'Your invitation to Acme',
  'AdminDeadMail.attempts': 34,
  lastError: 'connect ECONNREFUSED 203.0.113.25:587',
  'AdminDeadMail.failedAt': '2026-11-25T09:30:00.000Z',
  'SystemHealth.status': 'ok',
  'SystemHealth.problems': [],
  'SystemHealth.version': apiVersion,
  nodeVersion: 'v24.21.0',
  'DatabaseHealth.version': '18.4',
  'DatabaseHealth.sizeBytes': 12582912,
  latencyMs: 0.4,
  'DatabaseHealth.connections': 14,
  maxConnections: 100,
  poolTotal: 4,
  poolIdle: 3,
  poolWaiting: 0,
  queueLagSeconds: 0,
  mailLagSeconds: 0,
  'SystemHealth.workers': 1,
  'MigrationHealth.applied': 19,
  'MigrationHealth.pending': [],
  'MigrationHealth.latest': '20261127220000_admin',
  'DiskHealth.path': '/var/lib/ocore',
  'DiskHealth.totalBytes': 107374182400,
  'DiskHealth.availableBytes': 64424509440,
  'adminApiKeys.search': 'ci',
  'adminOrganizationMembers.search': 'ada',
  'adminDeactivateOrganization.status': 'deactivated',
  'adminDeactivateOrganization.deactivatedAt': '2026-11-24T09:30:00.000Z',
  '/admin/jobs/{id}': ids.operation,
  orgCount: 1,
  deactivatedAt: null,
  'adminDeactivateUser.deactivatedAt': '2026-11-24T09:30:00.000Z',
  ...Object.fromEntries(
    ['adminCreateUser', 'adminSetAdministrator', 'adminDeactivateUser', 'adminReactivateUser', 'adminResetSecondFactor', 'adminImpersonateUser'].flatMap((change) => [
      [`${change}.name`, 'Grace Hopper'],
      [`${change}.email`, 'grace@example.com'],
      [`${change}.totpEnabled`, false],
    ]),
  ),
  ...Object.fromEntries(
    ['adminCreateOrganization', 'adminSetOrganizationQuotas', 'adminDeactivateOrganization', 'adminReactivateOrganization'].flatMap((change) => [
      [`${change}.name`, 'Northwind'],
      [`${change}.slug`, 'northwind'],
      [`${change}.memberCount`, 1],
      [`${change}.serverCount`, 0],
      [`${change}.instanceCount`, 0],
    ]),
  ),
  'adminCreateOrganization.maxServers': null,
  'adminCreateOrganization.maxInstances': null,
  'adminDeleteOrganization.status': 'removing',
  'adminRetryJob.status': 'queued',
  'adminCreateUser.lastLoginAt': null,
  'updateInstallationSettings.signupOpenIsSet': true,
  'InstallationSettingsInput.signupOpen': false,
  smtpHost: 'mail.example.com',
  smtpPort: 587,
  smtpTls: 'starttls',
  smtpUser: 'ocore',
  smtpPassword: 'correct horse 2',
  smtpPasswordIsSet: true,
  smtpFrom: 'oCore <ocore@example.com>',
  maxServers: 3,
  maxInstances: 20,
  maxMembers: null,
  maxProjects: null,
  'InstallationSettings.auditRetentionDays': 365,
  'InstallationSettingsInput.auditRetentionDays': 365,
  operationLogRetentionDays: 90,
  brandName: 'Acme Odoo',
  brandLogoUrl: 'https://example.com/logo.png',
  maintenance: false,
  maintenanceMessage: 'Back at 18:00 UTC',
  sshNetworks: ['203.0.113.0/24', '10.0.0.0/8'],
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
  AdminAddMemberInput: addMemberInput,
  AdminCreateOrganizationInput: createOrganizationForInput,
  AdminCreateUserInput: adminUserInput,
  AdminImpersonateInput: impersonationInput,
  AdminOrganizationQuotasInput: quotasInput,
  adminApiKeys: z.object({ search: filter }),
  adminDeleteOrganization: z.object({ confirmSlug: createOrganizationForInput.shape.slug }),
  adminOrganizationMembers: z.object({ search: filter }),
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
  AdminSession: { type: 'Session', fields: session },
  AdminApiKey: { type: 'ApiKey', fields: apiKey },
  AdminMember: { type: 'Member', fields: member },
};

export default { routes, examples, parsers, shapes } satisfies Category;
