import { z } from 'zod';
import type { GrantRow } from '../access/grants.ts';
import type { OrgScope } from '../access/scope.ts';
import type { Prisma, Tx } from '../database/database.ts';
import { found, notFound } from '../errors.ts';
import { canonicalId, isId } from '../ids.ts';

export const projectIds = z.array(z.string().transform(canonicalId)).max(100).nullish();

/** What the organization may see of a person. */
export const personSelect = { id: true, email: true, name: true, avatarUrl: true } as const satisfies Prisma.UserSelect;

export const memberInclude = {
  user: { select: personSelect },
  role: true,
  assignments: { include: { role: true }, orderBy: { id: 'asc' } },
} as const satisfies Prisma.MembershipInclude;

export type MemberRow = Prisma.MembershipGetPayload<{ include: typeof memberInclude }>;

/** Whether what the row needs was not deleted while it was read: Prisma reads it later, and gives null whatever the type says. */
export const hasRole = (row: { role: object | null }): boolean => row.role !== null;
export const hasUser = (row: { user: object | null }): boolean => row.user !== null;

export async function getMember(scope: OrgScope, id: string): Promise<MemberRow> {
  const member = isId(id)
    ? await scope.db.membership.findFirst({ where: { id, orgId: scope.orgId }, include: memberInclude })
    : null;
  if (!member || !hasUser(member)) throw notFound('member', id);
  return member;
}

/** A member as a person, by the id of the account. */
export async function getPerson(scope: OrgScope, userId: string) {
  const member = isId(userId)
    ? await scope.db.membership.findFirst({
        where: { orgId: scope.orgId, userId },
        select: { user: { select: personSelect } },
      })
    : null;
  return found(member?.user ?? null, 'user', userId);
}

/** The same in a transaction. One relation after the other: Prisma would ask for them at once on its one connection. */
export async function findMemberIn(
  tx: Tx,
  where: Prisma.MembershipWhereInput & { orgId: string },
): Promise<MemberRow | null> {
  const row = await tx.membership.findFirst({ where, include: { user: memberInclude.user } });
  if (!row) return null;
  const role = row.roleId === null ? null : await tx.role.findFirst({ where: { id: row.roleId } });
  return {
    ...row,
    role,
    assignments: await tx.roleAssignment.findMany({ where: { membershipId: row.id }, ...memberInclude.assignments }),
  };
}

export async function memberIn(tx: Tx, orgId: string, id: string): Promise<MemberRow> {
  const member = isId(id) ? await findMemberIn(tx, { id, orgId }) : null;
  if (!member) throw notFound('member', id);
  return member;
}

/** The projects, each of which must be there. */
export async function projectsIn(tx: Tx, orgId: string, wanted: readonly string[]): Promise<string[]> {
  const ids = [...new Set(wanted)];
  const found = new Set(
    (await tx.project.findMany({ where: { orgId, id: { in: ids.filter(isId) } }, select: { id: true } })).map(
      (row) => row.id,
    ),
  );
  const missing = ids.find((id) => !found.has(id));
  if (missing !== undefined) throw notFound('project', missing);
  return ids;
}

/** The member's roles, wherever they count. */
export function grantRows(member: Pick<MemberRow, 'role' | 'assignments'>): GrantRow[] {
  return [
    ...(member.role ? [{ ...member.role, projectId: null }] : []),
    ...member.assignments.map(({ role, projectId }) => ({ ...role, projectId })),
  ];
}

/** What the audit log keeps of a member's roles. */
export function rolesShown(member: Pick<MemberRow, 'role' | 'assignments'>) {
  return {
    role: member.role?.name ?? null,
    projects: member.assignments.map(({ role, projectId }) => ({ role: role.name, projectId })),
  };
}

/** The condition of members whose name or e-mail address contains the text. */
export function ofPerson(text: string) {
  const matching = { contains: text, mode: 'insensitive' as const };
  return { user: { OR: [{ name: matching }, { email: matching }] } };
}
