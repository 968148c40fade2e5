import type { Actor } from '../access/access.ts';
import type { Client } from '../access/client.ts';
import type { FactScope } from '../access/scope.ts';
import { writeEntry } from '../audit/entry.ts';
import type { Prisma, Tx } from '../database/database.ts';
import type { InstallationEventName } from '../events/catalogue/catalogue.ts';

export interface Administrator extends Client {
  userId: string;
  name: string;
}

export const actorOf = ({ userId, name }: Administrator): Actor & { id: string } => ({
  type: 'user',
  id: userId,
  name,
});

/** The administrator at work in an organization: what is done there is in its own audit log. */
export function scopeIn(admin: Administrator, orgId: string): FactScope {
  const { requestId, ipAddress, userAgent } = admin;
  return { orgId, actor: actorOf(admin), requestId, ipAddress, userAgent };
}

interface About {
  action: InstallationEventName;
  resourceType: string;
  resourceId: string | null;
  resourceName: string | null;
  before?: Prisma.InputJsonValue;
  after?: Prisma.InputJsonValue;
}

/** An entry of the installation's own trail. */
export function record(tx: Tx, admin: Administrator, about: About): Promise<void> {
  return writeEntry(tx, admin, { orgId: null, actor: actorOf(admin), ...about });
}

export function recordOfUser(
  tx: Tx,
  admin: Administrator,
  action: InstallationEventName,
  user: { id: string; email: string },
  after?: Prisma.InputJsonValue,
): Promise<void> {
  const about = { action, resourceType: 'user', resourceId: user.id, resourceName: user.email };
  return record(tx, admin, after === undefined ? about : { ...about, after });
}
