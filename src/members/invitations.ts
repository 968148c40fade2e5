import type { Invitation } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { Prisma, Tx } from '../database/database.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { page, type PageArgs, foundById, wholeRows } from '../lists.ts';
import { hasRole } from './rows.ts';

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
  const where = { orgId: scope.orgId, ...(args.status ? whereStatus(args.status) : {}) };
  const found = page(`invitations of ${scope.orgId}`, args, {
    find: (seek) => scope.db.invitation.findMany({ ...foundById(where, seek), include: { role: true } }),
    count: () => scope.db.invitation.count({ where }),
  });
  return wholeRows(found, hasRole);
}

export async function getInvitation(scope: OrgScope, id: string) {
  const invitation = isId(id)
    ? await scope.db.invitation.findFirst({ where: { id, orgId: scope.orgId }, include: { role: true } })
    : null;
  if (!invitation || !hasRole(invitation)) throw notFound('invitation', id);
  return invitation;
}

export async function invitationIn(tx: Tx, scope: OrgScope, id: string) {
  const invitation = isId(id)
    ? await tx.invitation.findFirst({ where: { id, orgId: scope.orgId }, include: { role: true } })
    : null;
  if (!invitation || !hasRole(invitation)) throw notFound('invitation', id);
  return invitation;
}
