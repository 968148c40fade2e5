import { z } from 'zod';
import { requirePerson } from '../access/access.ts';
import { isOwnerRole, requireMayChange, requireMayGrant } from '../access/bounds.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
import { AppError, notFound, validationError } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { newId } from '../ids.ts';
import { foundById, idFilter, page, type PageArgs, sameName, searchTerm, textFilter, wholeRows } from '../lists.ts';
import { lockOrganization, requireAnotherOwner } from '../orgs/index.ts';
import { parse } from '../parse.ts';
import {
  findMemberIn,
  grantRows,
  hasUser,
  memberIn,
  memberInclude,
  type MemberRow,
  ofPerson,
  projectIds,
  projectsIn,
  rolesShown,
} from './rows.ts';
import { oneRole, roleFields, roleIn } from './role-input.ts';

export const roleInput = z.object({ ...roleFields, projectIds }).superRefine(oneRole);

export function listMembers(
  scope: OrgScope,
  args: PageArgs & {
    roleId?: string | null | undefined;
    role?: string | null | undefined;
    search?: string | null | undefined;
  },
) {
  const term = searchTerm(args.search);
  const roleId = idFilter(args.roleId);
  const named = textFilter('role', args.role);
  const roles = [...(roleId ? [{ roleId }] : []), ...(named ? [{ role: { is: { name: sameName(named) } } }] : [])];
  const where = {
    orgId: scope.orgId,
    AND: [...roles.map((role) => ({ OR: [role, { assignments: { some: role } }] })), term ? ofPerson(term) : {}],
  };
  const found = page(`members of ${scope.orgId}`, args, {
    find: (seek) => scope.db.membership.findMany({ ...foundById(where, seek), include: memberInclude }),
    count: () => scope.db.membership.count({ where }),
  });
  return wholeRows(found, hasUser);
}

/** The person's own role in each of these organizations, as a whole. */
export async function rolesOf(app: App, userId: string, orgIds: string[]) {
  const rows = await app.db.prisma.membership.findMany({
    where: { userId, orgId: { in: orgIds } },
    select: { orgId: true, role: true },
  });
  return rows.map(({ orgId: id, role }) => ({ id, role }));
}

/** A role in single projects would not be what an Owner is. */
export function requireWholeOwner(role: Parameters<typeof isOwnerRole>[0], projects: readonly string[]): void {
  if (isOwnerRole(role) && projects.length > 0)
    throw validationError([
      {
        field: 'projectIds',
        constraint: 'owner',
        message: 'The role Owner applies to the whole organization; omit projectIds',
      },
    ]);
}

const isOwner = (member: MemberRow): boolean => member.role !== null && isOwnerRole(member.role);

/** Gives another role: in the whole organization, or in the named projects instead of all that was before. */
export async function changeMemberRole(app: App, scope: OrgScope, id: string, given: unknown) {
  const input = parse(roleInput, given);
  return mutate(app, scope, async ({ tx, record }) => {
    await lockOrganization(tx, scope.orgId);
    const before = await memberIn(tx, scope.orgId, id);
    const role = await roleIn(tx, scope, input);
    const projects = await projectsIn(tx, scope.orgId, input.projectIds ?? []);
    requireMayChange(scope.access, { name: before.user.name, roles: grantRows(before) });
    requireMayGrant(scope.access, role);
    requireWholeOwner(role, projects);
    if (isOwner(before) && !isOwnerRole(role)) await requireAnotherOwner(tx, scope.orgId, id);
    if (projects.length > 0) await tx.roleAssignment.deleteMany({ where: { membershipId: id } });
    await tx.roleAssignment.createMany({
      data: projects.map((projectId) => ({
        id: newId(),
        orgId: scope.orgId,
        membershipId: id,
        roleId: role.id,
        projectId,
      })),
    });
    await tx.membership.update({ where: { id }, data: { roleId: projects.length > 0 ? null : role.id } });
    const after = await memberIn(tx, scope.orgId, id);
    await record({
      action: 'member.role_changed',
      resource: 'member',
      resourceId: id,
      resourceName: before.user.email,
      before: rolesShown(before),
      after: rolesShown(after),
    });
    await notify(tx, [`access:${before.userId}`]);
    return after;
  });
}

export async function takeOut(
  { tx, record }: Mutation,
  scope: { orgId: string },
  member: MemberRow,
  action: 'member.removed' | 'member.left',
): Promise<void> {
  if (isOwner(member)) await requireAnotherOwner(tx, scope.orgId, member.id);
  // Before the keys: one that the member makes meanwhile holds the membership until it can be seen here.
  await tx.membership.delete({ where: { id: member.id } });
  // Keys of someone who comes back one day must not come back with them.
  const keys = await tx.apiKey.updateMany({
    where: { orgId: scope.orgId, userId: member.userId, revokedAt: null },
    data: { revokedAt: new Date() },
  });
  await record({
    action,
    resource: 'member',
    resourceId: member.id,
    resourceName: member.user.email,
    before: rolesShown(member),
    after: { revokedApiKeys: keys.count },
  });
  await notify(tx, [`access:${member.userId}`]);
}

export async function removeMember(app: App, scope: OrgScope, id: string) {
  return mutate(app, scope, async (mutation) => {
    await lockOrganization(mutation.tx, scope.orgId);
    const member = await memberIn(mutation.tx, scope.orgId, id);
    if (member.userId === scope.access.userId)
      throw new AppError('conflict', 'This is your own membership: leave the organization instead', {
        constraint: 'not_yourself',
      });
    requireMayChange(scope.access, { name: member.user.name, roles: grantRows(member) });
    await takeOut(mutation, scope, member, 'member.removed');
    return member;
  });
}

export async function leaveOrganization(app: App, scope: OrgScope): Promise<void> {
  const { userId } = requirePerson(scope.access);
  await mutate(app, scope, async (mutation) => {
    await lockOrganization(mutation.tx, scope.orgId);
    const member = await findMemberIn(mutation.tx, { orgId: scope.orgId, userId });
    if (!member) throw notFound('member', userId);
    await takeOut(mutation, scope, member, 'member.left');
  });
}
