import type { AuditEntry } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import { AppError } from '../errors.ts';
import { type AuditFilter, auditConditions } from './list.ts';

/** The entries that an export in a GraphQL response has at most; what an export costs in either API. */
export const exportLimit = 10_000;
/** An export in a GraphQL response stands in memory as a whole. */
const longestContent = 16 * 1024 ** 2;
const pageSize = 500;

const columns = [
  'id',
  'createdAt',
  'action',
  'resourceType',
  'resourceId',
  'resourceName',
  'actorType',
  'userId',
  'userName',
  'administratorId',
  'administratorName',
  'ipAddress',
  'userAgent',
  'requestId',
  'beforeState',
  'afterState',
] as const;

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** RFC 4180. A leading =, +, - or @ would be a formula in a spreadsheet: it is made text by a quote mark. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

type Entry = Readonly<Record<string, unknown>>;

/** How a file of entries is written, one by one. */
export interface AuditFile {
  contentType: string;
  filename: string;
  head: string;
  /** `index` counts from 0. */
  row(entry: Entry, index: number): string;
  tail: string;
}

export function auditFile(format: 'json' | 'csv'): AuditFile {
  const filename = `audit-${new Date().toISOString().slice(0, 10)}.${format}`;
  if (format === 'csv') {
    const row = (entry: Entry): string => `${columns.map((name) => csvCell(textOf(entry[name]))).join(',')}\r\n`;
    return { contentType: 'text/csv', filename, head: `${columns.join(',')}\r\n`, row, tail: '' };
  }
  const row = (entry: Entry, index: number): string =>
    `${index === 0 ? '' : ',\n'}${JSON.stringify(Object.fromEntries(columns.map((name) => [name, entry[name]])))}`;
  return { contentType: 'application/json', filename, head: '[', row, tail: ']\n' };
}

async function* entriesOf(scope: OrgScope, filter: AuditFilter): AsyncGenerator<AuditEntry> {
  const where = { ...auditConditions(filter), orgId: scope.orgId };
  let last: string | undefined;
  for (;;) {
    const before = last === undefined ? [] : [{ id: { lt: last } }];
    const rows = await scope.db.auditEntry.findMany({
      where: { ...where, AND: before },
      orderBy: { id: 'desc' },
      take: pageSize,
    });
    yield* rows;
    last = rows.at(-1)?.id;
    if (rows.length < pageSize) return;
  }
}

export interface AuditExport {
  contentType: string;
  filename: string;
  content: string;
}

function tooLarge(what: string, details: { constraint: string; maximum: number }): AppError {
  const route = '/api/audit-logs/export';
  return new AppError('unprocessable', `The export is larger than ${what}; narrow the filter, or use ${route}`, {
    ...details,
    route,
  });
}

/** All entries that match as one file in memory; what is larger is for REST, which sends it row by row. */
export async function exportAuditEntries(
  scope: OrgScope,
  format: 'json' | 'csv',
  filter: AuditFilter,
): Promise<AuditExport> {
  const { contentType, filename, head, row, tail } = auditFile(format);
  const parts = [head];
  let length = 0;
  for await (const { actorId: userId, actorName: userName, ...entry } of entriesOf(scope, filter)) {
    if (parts.length > exportLimit) throw tooLarge('10,000 entries', { constraint: 'entries', maximum: exportLimit });
    const text = row({ ...entry, userId, userName }, parts.length - 1);
    length += text.length;
    if (length > longestContent) throw tooLarge('16 MiB', { constraint: 'size', maximum: longestContent });
    parts.push(text);
  }
  return { contentType, filename, content: [...parts, tail].join('') };
}
