import { z } from 'zod';
import { requireMayGrant } from '../access/bounds.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { uniqueViolation } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { emailSchema } from '../identity/index.ts';
import { newId } from '../ids.ts';
import { queueMail } from '../mail/index.ts';
import { parse } from '../parse.ts';
import { oneRole, roleFields, roleIn } from './role-input.ts';
import { projectIds, projectsIn } from './rows.ts';
import { requireWholeOwner } from './service.ts';
import { newToken } from './tokens.ts';
import { countLetter, letter } from './invitation-letter.ts';
import { statusOf } from './invitations.ts';

const day = 86400_000;
export const expiresInDays = z.number().int().min(1).max(30);
export const inviteInput = z
  .object({ email: emailSchema, ...roleFields, projectIds, expiresInDays: expiresInDays.nullish() })
  .superRefine(oneRole);

/** Invites an address. The token is in the e-mail and nowhere else. */
export async function inviteMember(app: App, scope: OrgScope, given: unknown) {
  const input = parse(inviteInput, given);
  await countLetter(app, scope, input.email);
  const { token, hash } = newToken('ocore_i_');
  const invited = () =>
    new AppError('conflict', `${input.email} has already been invited; resend or cancel that invitation`, {
      field: 'email',
      constraint: 'unique',
    });
  try {
    return await mutate(app, scope, async ({ tx, record }) => {
      const role = await roleIn(tx, scope, input);
      const projects = await projectsIn(tx, scope.orgId, input.projectIds ?? []);
      requireMayGrant(scope.access, role);
      requireWholeOwner(role, projects);
      const member = await tx.membership.findFirst({
        where: { orgId: scope.orgId, user: { email: input.email } },
        select: { id: true },
      });
      if (member)
        throw new AppError('conflict', `${input.email} is already a member`, {
          field: 'email',
          constraint: 'unique',
          memberId: member.id,
        });
      const open = await tx.invitation.findFirst({
        where: { orgId: scope.orgId, email: input.email, acceptedAt: null, cancelledAt: null },
      });
      if (open && statusOf(open) === 'pending') throw invited();
      const values = {
        roleId: role.id,
        projectIds: projects,
        tokenHash: hash,
        invitedById: scope.access.userId,
        sentAt: new Date(),
        expiresAt: new Date(Date.now() + (input.expiresInDays ?? 7) * day),
      };
      // One that has expired is taken up again.
      const invitation = open
        ? await tx.invitation.update({ where: { id: open.id }, data: values, include: { role: true } })
        : await tx.invitation.create({
            data: { id: newId(), orgId: scope.orgId, email: input.email, ...values },
            include: { role: true },
          });
      await queueMail(tx, app.secrets, letter(app, scope, invitation, role.name, token));
      await record({
        action: 'member.invited',
        resource: 'invitation',
        resourceId: invitation.id,
        resourceName: input.email,
        after: {
          email: input.email,
          role: role.name,
          projectIds: projects,
          expiresAt: invitation.expiresAt.toISOString(),
        },
      });
      return invitation;
    });
  } catch (error) {
    if (uniqueViolation(error) === undefined) throw error;
    throw invited();
  }
}
