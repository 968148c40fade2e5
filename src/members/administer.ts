import { z } from 'zod';
import type { FactScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
import { uniqueViolation } from '../database/database.ts';
import { AppError, notFound } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { isId, newId } from '../ids.ts';
import { foundById, page, type PageArgs, searchTerm, wholeRows } from '../lists.ts';
import { lockOrganization } from '../orgs/index.ts';
import { parse } from '../parse.ts';
import { requireQuota } from '../settings/index.ts';
import { hasUser, memberIn, memberInclude, type MemberRow, ofPerson } from './rows.ts';
import { roleNamed } from './role-input.ts';
import { takeOut } from './service.ts';

export const addInput = z.object({ userId: z.string(), roleName: z.string().trim().min(1).max(50) });

/** The members of any organization, for the administrator of the installation. */
export function listMembersOf(app: App, orgId: string, args: PageArgs & { search?: string | null | undefined }) {
  const term = searchTerm(args.search);
  const where = { orgId, ...(term ? ofPerson(term) : {}) };
  const { membership } = app.db.prisma;
  const found = page(`members of ${orgId} for the administrator`, args, {
    find: (seek) => membership.findMany({ ...foundById(where, seek), include: memberInclude }),
    count: () => membership.count({ where }),
  });
  return wholeRows(found, hasUser);
}

export async function getMemberOf(app: App, id: string): Promise<MemberRow> {
  const member = isId(id) ? await app.db.prisma.membership.findFirst({ where: { id }, include: memberInclude }) : null;
  if (!member || !hasUser(member)) throw notFound('member', id);
  return member;
}

/** Makes somebody a member with a role of the organization, by its name. */
export async function addMemberIn(
  { app, mutation: { tx, record } }: { app: App; mutation: Pick<Mutation, 'tx' | 'record'> },
  orgId: string,
  user: { id: string; email: string },
  roleName: string,
): Promise<MemberRow> {
  await lockOrganization(tx, orgId);
  await requireQuota(app, tx, orgId, 'members');
  const role = await roleNamed(tx, orgId, { field: 'roleName', name: roleName, tells: true });
  const known = await tx.membership.count({ where: { orgId, userId: user.id } });
  if (known > 0) throw alreadyMember(user.email);
  const id = newId();
  await tx.membership.create({ data: { id, orgId, userId: user.id, roleId: role.id } });
  await record({
    action: 'member.joined',
    resource: 'member',
    resourceId: id,
    resourceName: user.email,
    after: { role: role.name, projectIds: [] },
  });
  await notify(tx, [`access:${user.id}`]);
  return memberIn(tx, orgId, id);
}

const alreadyMember = (email: string): AppError =>
  new AppError('conflict', `${email} is already a member of the organization`, { constraint: 'unique' });

export async function addMember(
  app: App,
  scope: FactScope,
  user: { id: string; email: string },
  given: unknown,
): Promise<MemberRow> {
  const { roleName } = parse(addInput, given);
  try {
    return await mutate(app, scope, (mutation) => addMemberIn({ app, mutation }, scope.orgId, user, roleName));
  } catch (error) {
    if (uniqueViolation(error) === undefined) throw error;
    throw alreadyMember(user.email);
  }
}

/** Takes somebody out of the organization, with the API keys, but never the last Owner. */
export function removeMemberOf(app: App, scope: FactScope, id: string): Promise<MemberRow> {
  return mutate(app, scope, async (mutation) => {
    await lockOrganization(mutation.tx, scope.orgId);
    const member = await memberIn(mutation.tx, scope.orgId, id);
    await takeOut(mutation, scope, member, 'member.removed');
    return member;
  });
}
