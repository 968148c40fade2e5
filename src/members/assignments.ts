import { z } from 'zod';
import { requireMayChange, requireMayGrant } from '../access/bounds.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { uniqueViolation } from '../database/database.ts';
import { AppError, notFound } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { canonicalId, isId, newId } from '../ids.ts';
import { page, type PageArgs, foundById, wholeRows } from '../lists.ts';
import { parse } from '../parse.ts';
import { oneRole, roleFields, roleIn } from './role-input.ts';
import { getMember, grantRows, hasRole, memberIn, projectsIn } from './rows.ts';
import { requireWholeOwner } from './service.ts';

export const assignInput = z.object({ ...roleFields, projectId: z.string() }).superRefine(oneRole);

export async function listAssignments(scope: OrgScope, memberId: string, args: PageArgs) {
  await getMember(scope, memberId);
  const where = { orgId: scope.orgId, membershipId: memberId };
  const found = page(`assignments of ${memberId}`, args, {
    find: (seek) => scope.db.roleAssignment.findMany({ ...foundById(where, seek), include: { role: true } }),
    count: () => scope.db.roleAssignment.count({ where }),
  });
  return wholeRows(found, hasRole);
}

export async function getAssignment(scope: OrgScope, id: string) {
  const assignment = isId(id)
    ? await scope.db.roleAssignment.findFirst({ where: { id, orgId: scope.orgId }, include: { role: true } })
    : null;
  if (!assignment || !hasRole(assignment)) throw notFound('assignment', id);
  return assignment;
}

/** Gives a member a role in one project, beside what there is. */
export async function assignRole(app: App, scope: OrgScope, memberId: string, given: unknown) {
  const input = parse(assignInput, given);
  try {
    return await mutate(app, scope, async ({ tx, record }) => {
      const member = await memberIn(tx, scope.orgId, memberId);
      const role = await roleIn(tx, scope, input);
      const [projectId = ''] = await projectsIn(tx, scope.orgId, [input.projectId]);
      requireMayGrant(scope.access, role);
      requireWholeOwner(role, [projectId]);
      const assignment = await tx.roleAssignment.create({
        data: { id: newId(), orgId: scope.orgId, membershipId: memberId, roleId: role.id, projectId },
        include: { role: true },
      });
      await record({
        action: 'member.role_assigned',
        resource: 'member',
        resourceId: memberId,
        resourceName: member.user.email,
        after: { role: role.name, projectId },
      });
      await notify(tx, [`access:${member.userId}`]);
      return assignment;
    });
  } catch (error) {
    if (uniqueViolation(error) === undefined) throw error;
    throw new AppError('conflict', 'The member already has this role in this project', {
      field: 'roleId',
      constraint: 'unique',
    });
  }
}

export async function unassignRole(app: App, scope: OrgScope, memberId: string, assignmentId: string) {
  return mutate(app, scope, async ({ tx, record }) => {
    const member = await memberIn(tx, scope.orgId, memberId);
    const assignment = isId(assignmentId)
      ? member.assignments.find((row) => row.id === canonicalId(assignmentId))
      : undefined;
    if (!assignment) throw notFound('assignment', assignmentId);
    requireMayChange(scope.access, { name: member.user.name, roles: grantRows(member) });
    const gone = await tx.roleAssignment.deleteMany({ where: { id: assignmentId } });
    if (gone.count === 0) throw notFound('assignment', assignmentId);
    await record({
      action: 'member.role_unassigned',
      resource: 'member',
      resourceId: memberId,
      resourceName: member.user.email,
      before: { role: assignment.role.name, projectId: assignment.projectId },
    });
    await notify(tx, [`access:${member.userId}`]);
    return assignment;
  });
}
