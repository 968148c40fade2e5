import { z } from 'zod';
import type { User } from '../../prisma/generated/client/client.ts';
import { type Access, type Actor, sessionEnded } from '../access/access.ts';
import type { Client } from '../access/client.ts';
import type { App } from '../app.ts';
import { writeEntry } from '../audit/entry.ts';
import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { newId } from '../ids.ts';
import { nameInMail } from '../mail/index.ts';
import { letters } from './letters.ts';
import { queueNotice } from './security-notice.ts';
import { type AccessTokens, newRefreshToken } from './tokens.ts';

export const impersonationInput = z.object({
  reason: z.string().trim().min(10).max(500),
  minutes: z.number().int().min(1).max(60).nullish(),
});

/** What an administrator works with on behalf of a person. There is no refresh token: it ends when it ends. */
export interface Impersonation {
  sessionId: string;
  user: User;
  reason: string;
  accessToken: string;
  expiresAt: Date;
}

const usualMinutes = 15;

/** Opens a session in the person's name, tells the person, and records who did it and why. */
export async function openImpersonation(
  tx: Tx,
  app: App,
  tokens: AccessTokens,
  client: Client,
  {
    user,
    admin,
    reason,
    minutes,
  }: { user: User; admin: Actor & { id: string }; reason: string; minutes: number | null },
): Promise<Impersonation> {
  const sessionId = newId();
  const seconds = (minutes ?? usualMinutes) * 60;
  const expiresAt = new Date(Date.now() + seconds * 1000);
  await tx.session.create({
    data: {
      id: sessionId,
      userId: user.id,
      // Of a token that nobody has.
      refreshHash: newRefreshToken().hash,
      method: 'impersonation',
      userAgent: client.userAgent,
      ipAddress: client.ipAddress,
      expiresAt,
      impersonatorId: admin.id,
      impersonationReason: reason,
    },
  });
  await writeEntry(tx, client, {
    orgId: null,
    action: 'auth.impersonation_started',
    resourceType: 'user',
    resourceId: user.id,
    resourceName: user.email,
    actor: admin,
    after: { session: sessionId, reason, expiresAt: expiresAt.toISOString() },
  });
  const told = [nameInMail(admin.name), expiresAt.toUTCString(), nameInMail(reason)] as const;
  await queueNotice(tx, app, user, letters.impersonated(user.email, ...told));
  const accessToken = await tokens.issue(user.id, sessionId, { seconds, actor: admin.id });
  return { sessionId, user, reason, accessToken, expiresAt };
}

/** Ends an impersonation, unless it has ended already. */
export async function closeImpersonation(
  tx: Tx,
  { administrator: _himself, ...client }: Client,
  sessionId: string,
  by: Actor,
): Promise<void> {
  const { count } = await tx.session.updateMany({
    where: { id: sessionId, revokedAt: null, impersonatorId: { not: null } },
    data: { revokedAt: new Date() },
  });
  if (count === 0) return;
  const session = await tx.session.findFirst({ where: { id: sessionId }, select: { user: true } });
  if (!session?.user) return;
  await writeEntry(tx, client, {
    orgId: null,
    action: 'auth.impersonation_ended',
    resourceType: 'user',
    resourceId: session.user.id,
    resourceName: session.user.email,
    actor: by,
    after: { session: sessionId },
  });
  await notify(tx, [`access:${session.user.id}`]);
}

/** The administrator gives the person's session up. */
export async function endOwnImpersonation(app: App, access: Access, client: Client): Promise<void> {
  const { impersonator, sessionId } = access;
  if (!sessionId) throw sessionEnded();
  if (!impersonator)
    throw new AppError('invalid_state', 'Nobody works on behalf of somebody else in this session', {
      resource: 'session',
      state: 'own',
      allowed: ['impersonation'],
    });
  const by = { type: 'user', id: impersonator.id, name: impersonator.name } as const;
  await app.db.prisma.$transaction((tx) => closeImpersonation(tx, client, sessionId, by));
}
