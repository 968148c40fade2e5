import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { invalidState } from '../errors.ts';
import { invitationIn, statusOf } from './invitations.ts';

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
      resource: 'invitation',
      resourceId: id,
      resourceName: before.email,
      before: { role: before.role.name },
    });
    return invitationIn(tx, scope, id);
  });
}
