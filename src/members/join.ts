import type { Organization, Role } from '../../prisma/generated/client/client.ts';
import { requireMayGrant } from '../access/bounds.ts';
import type { Client } from '../access/client.ts';
import { organizationDeactivated } from '../access/deactivated.ts';
import { grantsOf } from '../access/grants.ts';
import type { App } from '../app.ts';
import { recordFact } from '../audit/mutation.ts';
import { type Tx, uniqueViolation } from '../database/database.ts';
import { AppError, found, invalidState } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { newId } from '../ids.ts';
import { lockOrganization } from '../orgs/index.ts';
import { requireQuota } from '../settings/index.ts';
import { findMemberIn, grantRows } from './rows.ts';

export interface Newcomer {
  id: string;
  name: string;
  email: string;
}

/** What an invitation or a link grants, and its creator. */
export interface Promised {
  orgId: string;
  role: Role;
  projectIds: readonly string[];
  byId: string | null;
  /** For the audit log. */
  through: { invitation: string } | { inviteLink: string };
}

/** An invitation grants no more than its creator could grant now: a removed or demoted member leaves no back door. */
async function requireGiver(tx: Tx, { orgId, role, byId }: Promised): Promise<void> {
  const giver = byId ? await findMemberIn(tx, { orgId, userId: byId, user: { deactivatedAt: null } }) : null;
  const grants = grantsOf(giver ? grantRows(giver) : []);
  try {
    if (!grants.permissions.has('manage:members')) throw new AppError('forbidden', 'No member');
    requireMayGrant(grants, role);
  } catch {
    throw new AppError(
      'conflict',
      'The person who invited you no longer has the permission to do so; ask for a new invitation',
      { constraint: 'inviter' },
    );
  }
}

/** Makes the newcomer a member. Runs as the system: the newcomer sees nothing of the organization yet. */
export async function join(
  tx: Tx,
  app: App,
  client: Client,
  newcomer: Newcomer,
  promised: Promised,
): Promise<Organization> {
  const { orgId, role } = promised;
  await lockOrganization(tx, orgId);
  const organization = found(await tx.organization.findUnique({ where: { id: orgId } }), 'organization', orgId);
  if (organization.status === 'deactivated') throw organizationDeactivated(organization);
  if (organization.status !== 'active') throw invalidState('organization', organization.status, ['active']);
  await requireQuota(app, tx, orgId, 'members');
  await requireGiver(tx, promised);
  const projects = await tx.project.findMany({
    where: { orgId, id: { in: [...promised.projectIds] } },
    select: { id: true },
  });
  if (promised.projectIds.length > 0 && projects.length === 0)
    throw new AppError('conflict', 'The projects of this invitation no longer exist; ask for a new invitation', {
      constraint: 'projects',
    });
  const id = newId();
  try {
    await tx.membership.create({
      data: {
        id,
        orgId,
        userId: newcomer.id,
        roleId: projects.length > 0 ? null : role.id,
        assignments: {
          create: projects.map((project) => ({ id: newId(), orgId, roleId: role.id, projectId: project.id })),
        },
      },
    });
  } catch (error) {
    if (uniqueViolation(error) === undefined) throw error;
    throw new AppError('conflict', `You are already a member of ${organization.name}`, { constraint: 'unique' });
  }
  await recordFact(
    tx,
    { orgId, actor: { type: 'user', id: newcomer.id, name: newcomer.name }, ...client },
    {
      action: 'member.joined',
      resource: 'member',
      resourceId: id,
      resourceName: newcomer.email,
      after: { role: role.name, projectIds: projects.map((project) => project.id), ...promised.through },
    },
  );
  await notify(tx, [`access:${newcomer.id}`]);
  return organization;
}
