import { z } from 'zod';
import type { Invitation } from '../../prisma/generated/client/client.ts';
import { requireMayGrant } from '../access/bounds.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { type Prisma, type Tx, uniqueViolation } from '../database/database.ts';
import { AppError, invalidState, notFound } from '../errors.ts';
import { emailSchema } from '../identity/index.ts';
import { isId, newId } from '../ids.ts';
import { page, type PageArgs, seekById } from '../lists.ts';
import { nameInMail, queueMail } from '../mail/index.ts';
import { parse } from '../parse.ts';
import { projectIds, projectsIn, roleIn } from './rows.ts';
import { requireWholeOwner } from './service.ts';
import { newToken } from './tokens.ts';

const day = 86400_000;
export const expiresInDays = z.number().int().min(1).max(30);
export const inviteInput = z.object({
  email: emailSchema,
  roleId: z.string(),
  projectIds,
  expiresInDays: expiresInDays.nullish(),
});

export type InvitationStatus = 'pending' | 'accepted' | 'expired' | 'cancelled';

export function statusOf(invitation: Pick<Invitation, 'acceptedAt' | 'cancelledAt' | 'expiresAt'>): InvitationStatus {
  if (invitation.acceptedAt) return 'accepted';
  if (invitation.cancelledAt) return 'cancelled';
  return invitation.expiresAt > new Date() ? 'pending' : 'expired';
}

function whereStatus(status: InvitationStatus): Prisma.InvitationWhereInput {
  switch (status) {
    case 'accepted':
      return { acceptedAt: { not: null } };
    case 'cancelled':
      return { cancelledAt: { not: null } };
    case 'pending':
      return { acceptedAt: null, cancelledAt: null, expiresAt: { gt: new Date() } };
    case 'expired':
      return { acceptedAt: null, cancelledAt: null, expiresAt: { lte: new Date() } };
  }
}

export function listInvitations(scope: OrgScope, args: PageArgs & { status?: InvitationStatus | null | undefined }) {
  return page(args, (seek) => {
    const { and, ...rest } = seekById(seek);
    return scope.db.invitation.findMany({
      where: { orgId: scope.orgId, AND: and, ...(args.status ? whereStatus(args.status) : {}) },
      include: { role: true },
      ...rest,
    });
  });
}

export async function getInvitation(scope: OrgScope, id: string) {
  const invitation = isId(id)
    ? await scope.db.invitation.findFirst({ where: { id, orgId: scope.orgId }, include: { role: true } })
    : null;
  if (!invitation) throw notFound('invitation', id);
  return invitation;
}

/** Names are told apart from our own words, in the subject above all: an invitation must not be able to pose as a notice of ours. */
function letter(
  app: App,
  scope: OrgScope,
  invitation: { email: string; expiresAt: Date },
  roleName: string,
  token: string,
) {
  return {
    to: invitation.email,
    subject: 'Invitation to an organization on oCore',
    text: [
      'You are invited to join an organization on oCore.',
      '',
      `Organization: ${nameInMail(scope.access.org?.name ?? '')}`,
      `Invited by:   ${nameInMail(scope.actor.name)}`,
      `Role:         ${nameInMail(roleName)}`,
      '',
      'The names in quotation marks were chosen by members of the organization and are not messages from oCore.',
      '',
      `Accept until ${invitation.expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC:`,
      `${app.config.APP_URL}/accept-invitation?token=${token}`,
      '',
      `The invitation is for ${invitation.email} only: sign in or sign up with this address.`,
      'If you did not expect this invitation, ignore this e-mail.',
    ].join('\n'),
  };
}

/** Limits the e-mails to one mailbox from all organizations, and the invitations of one person. */
async function countLetter(app: App, scope: OrgScope, email: string): Promise<void> {
  await app.limits.countAttempt('mail', 'invitation', email);
  await app.limits.countAttempt('invitation', scope.access.userId);
}

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
      const role = await roleIn(tx, scope.orgId, input.roleId);
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
        resourceType: 'invitation',
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

async function invitationIn(tx: Tx, scope: OrgScope, id: string) {
  const invitation = isId(id)
    ? await tx.invitation.findFirst({ where: { id, orgId: scope.orgId }, include: { role: true } })
    : null;
  if (!invitation) throw notFound('invitation', id);
  return invitation;
}

/** Sends the invitation once more with a new token and the whole time again; the token of the e-mail before is void. */
export async function resendInvitation(app: App, scope: OrgScope, id: string) {
  const { token, hash } = newToken('ocore_i_');
  return mutate(app, scope, async ({ tx, record }) => {
    const before = await invitationIn(tx, scope, id);
    requireMayGrant(scope.access, before.role);
    await countLetter(app, scope, before.email);
    const expiresAt = new Date(Date.now() + (before.expiresAt.getTime() - before.sentAt.getTime()));
    const changed = await tx.invitation.updateMany({
      where: { id, acceptedAt: null, cancelledAt: null },
      data: { tokenHash: hash, sentAt: new Date(), expiresAt, invitedById: scope.access.userId },
    });
    if (changed.count === 0) throw invalidState('invitation', statusOf(before), ['pending', 'expired']);
    await queueMail(tx, app.secrets, letter(app, scope, { email: before.email, expiresAt }, before.role.name, token));
    await record({
      action: 'member.invitation_resent',
      resourceType: 'invitation',
      resourceId: id,
      resourceName: before.email,
      after: { expiresAt: expiresAt.toISOString() },
    });
    return invitationIn(tx, scope, id);
  });
}

export async function cancelInvitation(app: App, scope: OrgScope, id: string) {
  return mutate(app, scope, async ({ tx, record }) => {
    const before = await invitationIn(tx, scope, id);
    const changed = await tx.invitation.updateMany({
      where: { id, acceptedAt: null, cancelledAt: null },
      data: { cancelledAt: new Date() },
    });
    if (changed.count === 0) throw invalidState('invitation', statusOf(before), ['pending', 'expired']);
    await record({
      action: 'member.invitation_cancelled',
      resourceType: 'invitation',
      resourceId: id,
      resourceName: before.email,
      before: { role: before.role.name },
    });
    return invitationIn(tx, scope, id);
  });
}
