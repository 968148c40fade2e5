import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

const event = eventsFor('view:members');
const project = '0197a1ed-0c7a-7f58-b1d6-8e3f4a6c9b43';
const role = z.string().describe('The name of the role.');
const projectIds = z.array(z.string()).describe('The projects that the role is limited to; empty for none.');
const roles = z.strictObject({
  role: role.nullable().describe('The role in the whole organization; null without one.'),
  projects: z.array(z.strictObject({ role, projectId: z.string() })),
});
const gone = z.strictObject({ revokedApiKeys: z.int().describe('The number of API keys of the member that ended.') });

export const memberEvents = {
  'member.invited': event(
    'Somebody was invited by e-mail. The resource is the invitation.',
    z.strictObject({ email: z.string(), role, projectIds, expiresAt: z.iso.datetime() }),
    { email: 'grace@example.com', role: 'Developer', projectIds: [], expiresAt: '2026-12-01T09:30:00.000Z' },
  ),
  'member.invitation_resent': event('An invitation was sent again.', z.strictObject({ expiresAt: z.iso.datetime() }), {
    expiresAt: '2026-12-01T09:30:00.000Z',
  }),
  'member.invitation_cancelled': event('An invitation was cancelled.'),
  'member.invite_link_created': event(
    'An invite link was created. The resource is the link.',
    z.strictObject({ role, maxUses: z.int().describe('0 = unlimited.'), expiresAt: z.iso.datetime() }),
    { role: 'Developer', maxUses: 5, expiresAt: '2026-12-01T09:30:00.000Z' },
  ),
  'member.invite_link_revoked': event('An invite link was revoked.'),
  'member.joined': event(
    'Somebody joined, through the invitation or invite link that is named.',
    z.strictObject({
      role,
      projectIds,
      invitation: z.string().exactOptional(),
      inviteLink: z.string().exactOptional(),
    }),
    { role: 'Developer', projectIds: [], invitation: '0197a1f2-3c4d-7e5f-8a6b-7c8d9e0f1a2b' },
  ),
  'member.role_changed': event('A member got another role.', roles, { role: 'Admin', projects: [] }),
  'member.role_assigned': event(
    'A member got a role in one project.',
    z.strictObject({ role, projectId: z.string() }),
    { role: 'Developer', projectId: project },
  ),
  'member.role_unassigned': event('A role in one project was taken from a member.'),
  'member.removed': event('A member was removed.', gone, { revokedApiKeys: 1 }),
  'member.left': event('A member left.', gone, { revokedApiKeys: 0 }),
} satisfies Record<`member.${string}`, EventType>;
