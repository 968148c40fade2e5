import type { AuditEntry } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { foundById, idFilter, type Page, type PageArgs, page } from '../lists.ts';
import { type AuditFilter, auditConditions } from './list.ts';

/** The entries of all organizations, of accounts and of the installation, newest first: for its administrator. */
export function listAllAuditEntries(
  { db: { prisma } }: App,
  args: PageArgs & AuditFilter & { orgId?: string | null | undefined },
): Promise<Page<AuditEntry>> {
  const { orgId, ...filter } = args;
  const where = { ...auditConditions(filter), orgId: idFilter(orgId) };
  return page('audit log of the installation', args, {
    find: (seek) => prisma.auditEntry.findMany(foundById(where, seek)),
    count: () => prisma.auditEntry.count({ where }),
  });
}

export async function getAnyAuditEntry({ db }: App, id: string): Promise<AuditEntry> {
  const entry = isId(id) ? await db.prisma.auditEntry.findUnique({ where: { id } }) : null;
  if (!entry) throw notFound('audit entry', id);
  return entry;
}
