import type { AuditEntry } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import { type AuditFilter, auditConditions } from './list.ts';

export const exportLimit = 10_000;

const columns = ['id', 'createdAt', 'action', 'resourceType', 'resourceId', 'resourceName', 'actorType', 'actorId', 'actorName', 'ipAddress', 'userAgent', 'requestId', 'beforeState', 'afterState'] as const;

function textOf(value: AuditEntry[(typeof columns)[number]]): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** RFC 4180. A leading =, +, - or @ would be a formula in a spreadsheet: it is made text by a quote mark. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export interface AuditExport {
  contentType: string;
  filename: string;
  content: string;
}

/** The newest entries that match, at most 10,000, as one file. */
export async function exportAuditEntries(scope: OrgScope, format: 'json' | 'csv', filter: AuditFilter): Promise<AuditExport> {
  const rows = await scope.db.auditEntry.findMany({ where: { ...auditConditions(filter), orgId: scope.orgId }, orderBy: { id: 'desc' }, take: exportLimit });
  const filename = `audit-${new Date().toISOString().slice(0, 10)}.${format}`;
  if (format === 'json') {
    return { contentType: 'application/json', filename, content: JSON.stringify(rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name]])))) };
  }
  const lines = [columns.join(','), ...rows.map((row) => columns.map((name) => csvCell(textOf(row[name]))).join(','))];
  return { contentType: 'text/csv', filename, content: `${lines.join('\r\n')}\r\n` };
}
