import { auditFile, exportLimit } from '../src/audit/export.ts';
import type { Route } from './route.ts';

const entry = 'id action resourceType resourceId resourceName actorType userId userName ipAddress userAgent requestId beforeState afterState createdAt';
/** The names of an export's columns. */
const exported = entry.replace('userId', 'actorId: userId').replace('userName', 'actorName: userName');
const filters = '$resourceType: String, $resourceId: ID, $action: String, $userId: ID, $startDate: DateTime, $endDate: DateTime';
const given = 'resourceType: $resourceType, resourceId: $resourceId, action: $action, userId: $userId, startDate: $startDate, endDate: $endDate';
const category = 'Audit Logs';

export const auditRoutes: readonly Route[] = [
  { method: 'get', path: '/audit-logs', category, summary: 'List the audit log', document: `query ($first: Int, $after: String, ${filters}) { auditLogs(first: $first, after: $after, ${given}) { nodes { ${entry} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  {
    method: 'get', path: '/audit-logs/export', category, summary: 'Export the audit log',
    document: `query ($format: AuditExportFormat, ${filters}) { auditLogExport(format: $format, ${given}) { content } }`,
    answer: {
      as: 'file', contentTypes: ['application/json', 'text/csv'],
      rows: {
        document: `query ($first: Int, $after: String, ${filters}) { auditLogs(first: $first, after: $after, ${given}) {
          nodes { ${exported} } pageInfo { hasNextPage endCursor } } }`,
        most: exportLimit, file: ({ format }) => auditFile(format === 'csv' ? 'csv' : 'json'),
      },
    },
  },
];
