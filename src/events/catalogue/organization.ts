import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

const event = eventsFor('view:org');
const quota = z.int().nullable().describe('null: as much as the installation allows by default.');
const settings = z.strictObject({
  auditRetentionDays: z.int(),
  requireTwoFactor: z.boolean(),
  requirePasskey: z.boolean(),
  sessionMaxHours: z.int().nullable(),
});

export const organizationEvents = {
  'organization.created': event(
    'The organization was created.',
    z.strictObject({ name: z.string(), slug: z.string() }),
    { name: 'Acme', slug: 'acme' },
  ),
  'organization.updated': event(
    'Its name, slug or logo was changed.',
    z.strictObject({ name: z.string(), slug: z.string(), logoUrl: z.string().nullable() }),
    { name: 'Acme', slug: 'acme', logoUrl: null },
  ),
  'organization.settings_updated': event('Its settings were changed.', settings, {
    auditRetentionDays: 365,
    requireTwoFactor: true,
    requirePasskey: false,
    sessionMaxHours: null,
  }),
  'organization.ownership_transferred': event(
    'An Owner handed the organization over.',
    z.strictObject({ ownerId: z.string(), ownerName: z.string() }),
    { ownerId: '0197a1e8-0b7c-7c55-9b1e-3f5d7a9c1e20', ownerName: 'Ada Lovelace' },
  ),
  'organization.quotas_updated': event(
    'The administrator of the installation changed how much it may hold.',
    z.strictObject({ maxServers: quota, maxInstances: quota, maxMembers: quota, maxProjects: quota }),
    { maxServers: 3, maxInstances: 10, maxMembers: null, maxProjects: null },
  ),
  'organization.deactivated': event(
    'The administrator of the installation deactivated it; it can only be read from then on.',
  ),
  'organization.reactivated': event('The administrator of the installation reactivated it.'),
  'organization.deletion_requested': event('Its deletion was requested; it is read-only from then on.'),
  'organization.delete_failed': event('Its deletion failed or was cancelled; it is as it was before.'),
  'organization.deleted': event('It was deleted. Only the audit log of the installation has this entry.'),
} satisfies Record<`organization.${string}`, EventType>;
