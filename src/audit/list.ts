import type { AuditEntry } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { Prisma } from '../database/database.ts';
import { familyOf, namesOfAction } from '../events/catalogue/former-names.ts';
import { notFound, validationError } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import { type Page, type PageArgs, page, seekById, textFilter } from '../lists.ts';

export interface AuditFilter {
  resourceType?: string | null | undefined;
  resourceId?: string | null | undefined;
  action?: string | null | undefined;
  userId?: string | null | undefined;
  startDate?: Date | null | undefined;
  endDate?: Date | null | undefined;
}

/** An id that is malformed matches nothing, as an unknown one does. */
const idOf = (id: string | null | undefined): string | undefined => (id ? (isId(id) ? id : newId()) : undefined);

/** `server.` or `server.*` means every action of servers; anything else is one action. */
function actionOf(given: string | null | undefined): Prisma.StringFilter | undefined {
  const action = textFilter('action', given);
  if (!action) return undefined;
  const family = familyOf(action);
  return family ? { startsWith: family } : { in: namesOfAction(action) };
}

export function auditConditions(filter: AuditFilter): Prisma.AuditEntryWhereInput {
  const { startDate, endDate } = filter;
  if (startDate && endDate && startDate > endDate)
    throw validationError([
      { field: 'start_date', constraint: 'max', message: 'start_date must not be after end_date' },
    ]);
  return {
    resourceType: textFilter('resource_type', filter.resourceType),
    resourceId: idOf(filter.resourceId),
    action: actionOf(filter.action),
    actorId: idOf(filter.userId),
    createdAt: startDate || endDate ? { gte: startDate ?? undefined, lt: endDate ?? undefined } : undefined,
  };
}

/** The organization's trail, newest first. */
export function listAuditEntries(scope: OrgScope, args: PageArgs & AuditFilter): Promise<Page<AuditEntry>> {
  const where = auditConditions(args);
  return page(`audit log of ${scope.orgId}`, args, (seek) => {
    const { and, ...rest } = seekById(seek);
    return scope.db.auditEntry.findMany({ where: { ...where, orgId: scope.orgId, AND: and }, ...rest });
  });
}

export async function getAuditEntry(scope: OrgScope, id: string): Promise<AuditEntry> {
  const entry = isId(id) ? await scope.db.auditEntry.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  if (!entry) throw notFound('audit entry', id);
  return entry;
}
