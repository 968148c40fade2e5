import { z } from 'zod';
import { auditFile, exportLimit } from '../src/audit/export.ts';
import { type Category, type Examples, filter, type Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const trail = z.object({ action: filter, resourceType: filter, search: filter });
const entry = 'id action resourceType resourceId resourceName actorType userId userName ipAddress userAgent requestId beforeState afterState createdAt';
const filters = '$resourceType: String, $resourceId: ID, $action: String, $userId: ID, $search: String, $startDate: DateTime, $endDate: DateTime';
const given = 'resourceType: $resourceType, resourceId: $resourceId, action: $action, userId: $userId, search: $search, startDate: $startDate, endDate: $endDate';
const category = 'Audit Logs';

const routes: readonly Route[] = [
  { method: 'get', path: '/audit-logs', category, summary: 'List the audit log', document: `query ($first: Int, $after: String, ${filters}) { auditLogs(first: $first, after: $after, ${given}) { nodes { ${entry} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  {
    method: 'get',
    path: '/audit-logs/export',
    category,
    summary: 'Export the audit log',
    document: `query ($format: AuditExportFormat, ${filters}) { auditLogExport(format: $format, ${given}) { content } }`,
    answer: {
      as: 'file',
      contentTypes: ['application/json', 'text/csv'],
      rows: {
        document: `query ($first: Int, $after: String, ${filters}) { auditLogs(first: $first, after: $after, ${given}) {
          nodes { ${entry} } pageInfo { hasNextPage endCursor } } }`,
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
  'auditLogExport.application/json': [row],
  'auditLogExport.text/csv': csv.head + csv.row(row, 0) + csv.tail,
};

const parsers: Parsers = {
  auditLogExport: trail,
  auditLogs: trail,
};

export default { routes, examples, parsers } satisfies Category;
