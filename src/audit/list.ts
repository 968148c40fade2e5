import type { AuditEntry } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { Prisma } from '../database/database.ts';
import { familyOf, namesOfAction } from '../events/catalogue/former-names.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import {
  foundById,
  idFilter,
  type Page,
  type PageArgs,
  page,
  type Period,
  periodOf,
  searchTerm,
  textFilter,
} from '../lists.ts';

export interface AuditFilter extends Period {
  resourceType?: string | null | undefined;
  resourceId?: string | null | undefined;
  action?: string | null | undefined;
  userId?: string | null | undefined;
  search?: string | null | undefined;
}

/** `server.` or `server.*` means every action of servers; anything else is one action, under all its names. */
export function wantedActions(given: string | null | undefined): { family?: string; names?: string[] } {
  const action = textFilter('action', given);
  if (!action) return {};
  const family = familyOf(action);
  return family ? { family } : { names: namesOfAction(action) };
}

function actionOf(given: string | null | undefined): Prisma.StringFilter | undefined {
  const { family, names } = wantedActions(given);
  if (family) return { startsWith: family };
  return names && { in: names };
}

export function auditConditions(filter: AuditFilter): Prisma.AuditEntryWhereInput {
  const term = searchTerm(filter.search);
  const text = { contains: term ?? '', mode: 'insensitive' as const };
  return {
    resourceType: textFilter('resource_type', filter.resourceType),
    resourceId: idFilter(filter.resourceId),
    action: actionOf(filter.action),
    actorId: idFilter(filter.userId),
    createdAt: periodOf(filter),
    ...(term ? { OR: [{ resourceName: text }, { actorName: text }, { action: text }] } : {}),
  };
}

/** The organization's trail, newest first. */
export function listAuditEntries(scope: OrgScope, args: PageArgs & AuditFilter): Promise<Page<AuditEntry>> {
  const where = { ...auditConditions(args), orgId: scope.orgId };
  return page(`audit log of ${scope.orgId}`, args, {
    find: (seek) => scope.db.auditEntry.findMany(foundById(where, seek)),
    count: () => scope.db.auditEntry.count({ where }),
  });
}

export async function getAuditEntry(scope: OrgScope, id: string): Promise<AuditEntry> {
  const entry = isId(id) ? await scope.db.auditEntry.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  if (!entry) throw notFound('audit entry', id);
  return entry;
}
