import { z } from 'zod';
import { auditFile, exportLimit } from '../src/audit/export.ts';
import { type Category, type Examples, filter, type Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

export const auditTrail = z.object({ action: filter, resourceType: filter, search: filter });
export const auditEntryFields = 'id action resourceType resourceId resourceName actorType userId userName administratorId administratorName ipAddress userAgent requestId beforeState afterState createdAt';
export const auditFilters = '$resourceType: String, $resourceId: ID, $action: String, $userId: ID, $search: String, $startDate: DateTime, $endDate: DateTime';
export const givenAuditFilters = 'resourceType: $resourceType, resourceId: $resourceId, action: $action, userId: $userId, search: $search, startDate: $startDate, endDate: $endDate';
const ofAccounts = '$action: String, $search: String, $startDate: DateTime, $endDate: DateTime';
const givenOfAccounts = 'action: $action, search: $search, startDate: $startDate, endDate: $endDate';
const page = 'pageInfo { hasNextPage endCursor }';
const category = 'Audit Logs';

const routes: readonly Route[] = [
  { method: 'get', path: '/audit-logs', category, summary: 'List the audit log', document: `query ($first: Int, $after: String, ${auditFilters}) { auditLogs(first: $first, after: $after, ${givenAuditFilters}) { nodes { ${auditEntryFields} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  {
    method: 'get',
    path: '/audit-logs/members',
    category,
    summary: 'List account events of members',
    document: `query ($first: Int, $after: String, $userId: ID, ${ofAccounts}) { memberAccountEvents(first: $first, after: $after, userId: $userId, ${givenOfAccounts}) { nodes { ${auditEntryFields} } ${page} } }`,
    answer: { as: 'list' },
  },
  { method: 'get', path: '/audit-logs/anchors', category, summary: 'List the signed anchors of the audit log', document: '{ auditAnchors { kind chain seq hash keyId publicKey signature createdAt } }', answer: { as: 'whole', key: 'anchors' } },
  {
    method: 'get',
    path: '/audit-logs/export',
    category,
    summary: 'Export the audit log',
    document: `query ($format: AuditExportFormat, ${auditFilters}) { auditLogExport(format: $format, ${givenAuditFilters}) { content } }`,
    answer: {
      as: 'file',
      contentTypes: ['application/json', 'text/csv'],
      rows: {
        document: `query ($first: Int, $after: String, ${auditFilters}) { auditLogs(first: $first, after: $after, ${givenAuditFilters}) {
          nodes { ${auditEntryFields} } pageInfo { hasNextPage endCursor } } }`,
        cost: exportLimit,
        file: ({ format }) => auditFile(format === 'csv' ? 'csv' : 'json'),
      },
    },
  },
];

const csv = auditFile('csv');
const row = {
  id: '0197a1f0-5c1e-7b6a-9d55-3f2a8c41e0b7',
  createdAt: '2026-11-24T09:30:00.000Z',
  action: 'project.created',
  resourceType: 'project',
  resourceId: ids.project,
  resourceName: 'ERP',
  actorType: 'user',
  userId: ids.user,
  userName: 'Ada Lovelace',
  administratorId: null,
  administratorName: null,
  ipAddress: '203.0.113.7',
  userAgent: 'curl/8.14.1',
  requestId: 'req_Zk3vT1x8cQ0pLw5n',
  beforeState: null,
  afterState: { name: 'ERP', slug: 'erp' },
};

const examples: Examples = {
  'AuditEntry.action': 'project.created',
  action: 'project.created',
  'AuditEntry.resourceType': 'project',
  'AuditEntry.resourceId': ids.project,
  'AuditEntry.resourceName': 'ERP',
  'AuditEntry.actorType': 'user',
  userName: 'Ada Lovelace',
  beforeState: null,
  afterState: { name: 'ERP', slug: 'erp' },
  administratorId: null,
  administratorName: null,
  'AuditAnchor.kind': 'daily',
  'AuditAnchor.chain': ids.organization,
  'AuditAnchor.seq': '1287',
  'AuditAnchor.hash': '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'AuditAnchor.keyId': '3c5e7a9b1d2f4a60',
  'AuditAnchor.publicKey': '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n',
  'AuditAnchor.signature': 'hgyY0il+MGCjP0JzlnLWG1PPOt7+09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr/MuM0KAg==',
  'auditLogExport.application/json': [row],
  'auditLogExport.text/csv': csv.head + csv.row(row, 0) + csv.tail,
};

const parsers: Parsers = {
  auditLogExport: auditTrail,
  auditLogs: auditTrail,
  memberAccountEvents: auditTrail.omit({ resourceType: true }),
};

export default { routes, examples, parsers } satisfies Category;
