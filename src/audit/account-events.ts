import type { AuditEntry } from '../../prisma/generated/client/client.ts';
import { type Access, requirePerson } from '../access/access.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import type { TenantClient } from '../database/database.ts';
import { ListStatement } from '../database/list-statement.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { foundById, idFilter, type Page, type PageArgs, page, type Period, periodOf, searchTerm } from '../lists.ts';
import { type AuditFilter, auditConditions, wantedActions } from './list.ts';

export interface AccountEventFilter extends Period {
  action?: string | null | undefined;
  search?: string | null | undefined;
}

/** What happened to an account: what its person did, and what an administrator did to it. */
const ofAccount = (userId: string) => ({ orgId: null, resourceType: 'user', resourceId: userId });

/** From where an administrator works is not for those whom it concerns. */
function forPerson(entry: AuditEntry): AuditEntry {
  if (entry.actorId === entry.resourceId && entry.administratorId === null) return entry;
  return { ...entry, ipAddress: null, userAgent: null };
}

/** The events of one's own account, newest first. */
export async function listOwnAccountEvents(
  { db: { prisma } }: App,
  userId: string,
  args: PageArgs & AccountEventFilter,
): Promise<Page<AuditEntry>> {
  const where = { ...auditConditions(args), ...ofAccount(userId) };
  return page(`security log of ${userId}`, args, {
    find: async (seek) => (await prisma.auditEntry.findMany(foundById(where, seek))).map(forPerson),
    count: () => prisma.auditEntry.count({ where }),
  });
}

const columns = `e.id, e.org_id AS "orgId", e.action, e.resource_type AS "resourceType", e.resource_id AS "resourceId", e.resource_name AS "resourceName",
  e.actor_type AS "actorType", e.actor_id AS "actorId", e.actor_name AS "actorName", e.administrator_id AS "administratorId",
  e.administrator_name AS "administratorName", e.ip_address AS "ipAddress", e.user_agent AS "userAgent", e.request_id AS "requestId",
  e.before_state AS "beforeState", e.after_state AS "afterState", e.created_at AS "createdAt", e.mark`;

/** What members did with their accounts since they are members: nothing from before, and nothing that an administrator did. */
const ofMembers = {
  name: 'account events of members',
  columns,
  from: `audit_entries e JOIN memberships m ON m.user_id = e.resource_id AND m.created_at <= e.created_at AND e.org_id IS NULL
    AND e.resource_type = 'user' AND e.action LIKE 'auth.%' AND e.administrator_id IS NULL`,
  row: 'e',
};

type MemberFilter = AccountEventFilter & Pick<AuditFilter, 'userId'>;

/** Asked as the organization itself, which sees no memberships but its own. */
async function membershipsOf(db: TenantClient, orgId: string): Promise<string[]> {
  return (await db.membership.findMany({ where: { orgId }, select: { id: true } })).map(({ id }) => id);
}

function memberStatement(memberships: readonly string[], filter: MemberFilter): ListStatement {
  const { family, names } = wantedActions(filter.action);
  const term = searchTerm(filter.search);
  const period = periodOf(filter);
  return new ListStatement(ofMembers, 'm.id = ANY($::uuid[])', memberships)
    .where('u', 'e.resource_id = $::uuid', idFilter(filter.userId))
    .where('f', 'starts_with(e.action, $::text)', family)
    .where('a', 'e.action = ANY($::text[])', names)
    .where(
      't',
      '(e.resource_name ILIKE $::text OR e.actor_name ILIKE $::text OR e.action ILIKE $::text)',
      term && `%${term}%`,
    )
    .where('s', 'e.created_at >= $::timestamptz', period?.gte)
    .where('e', 'e.created_at < $::timestamptz', period?.lt);
}

/** The account events of the members of an organization, for its Owners. */
export async function listMemberAccountEvents(
  { db: { pool } }: App,
  { orgId, db }: OrgScope,
  args: PageArgs & MemberFilter,
): Promise<Page<AuditEntry>> {
  const statement = memberStatement(await membershipsOf(db, orgId), args);
  return page(`account events of the members of ${orgId}`, args, {
    find: async (seek) => (await pool.query<AuditEntry>(statement.page(seek))).rows,
    count: async () => (await pool.query<{ count: number }>(statement.count())).rows[0]?.count ?? 0,
  });
}

/** An account event that the person may see: their own, or, as an Owner of the organization, one of a member. */
export async function getAccountEvent({ db }: App, access: Access, id: string): Promise<AuditEntry> {
  const { userId } = requirePerson(access);
  const own = isId(id) ? await db.prisma.auditEntry.findFirst({ where: { id, ...ofAccount(userId) } }) : null;
  if (own) return forPerson(own);
  if (!access.org || !access.isOwner || !isId(id)) throw notFound('audit entry', id);
  const { rows } = await db.pool.query<AuditEntry>({
    name: 'account event of a member',
    text: `SELECT ${columns} FROM ${ofMembers.from} WHERE m.id = ANY($1::uuid[]) AND e.id = $2`,
    values: [await membershipsOf(db.tenants.of(access.org.id), access.org.id), id],
  });
  const found = rows[0];
  if (!found) throw notFound('audit entry', id);
  return found;
}
