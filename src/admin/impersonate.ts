import type { App } from '../app.ts';
import { AppError, invalidState, notFound } from '../errors.ts';
import {
  type AccessTokens,
  closeImpersonation,
  type Impersonation,
  impersonationInput,
  openImpersonation,
} from '../identity/index.ts';
import { isId } from '../ids.ts';
import { parse } from '../parse.ts';
import { type Administrator, actorOf } from './administrator.ts';
import { getUser } from './users.ts';

/** Lets an administrator work on behalf of somebody for a while, without what belongs to the person alone. */
export async function impersonate(
  app: App,
  tokens: AccessTokens,
  admin: Administrator,
  id: string,
  given: unknown,
): Promise<Impersonation> {
  const { reason, minutes } = parse(impersonationInput, given);
  const user = await getUser(app, id);
  if (user.isAdmin)
    throw new AppError('unprocessable', 'Nobody works on behalf of an administrator of the installation', {
      id,
      constraint: 'not_administrator',
    });
  if (user.deactivatedAt) throw invalidState('user', 'deactivated', ['active']);
  const { requestId, ipAddress, userAgent } = admin;
  return app.db.prisma.$transaction((tx) =>
    openImpersonation(
      tx,
      app,
      tokens,
      { requestId, ipAddress, userAgent },
      { user, admin: actorOf(admin), reason, minutes: minutes ?? null },
    ),
  );
}

/** Ends an impersonation before its time, whoever began it. */
export async function endImpersonation(app: App, admin: Administrator, sessionId: string): Promise<void> {
  await app.db.prisma.$transaction(async (tx) => {
    const where = { id: sessionId, impersonatorId: { not: null }, revokedAt: null, expiresAt: { gt: new Date() } };
    const known = isId(sessionId) ? await tx.session.count({ where }) : 0;
    if (known === 0) throw notFound('impersonation', sessionId);
    await closeImpersonation(tx, admin, sessionId, actorOf(admin));
  });
}
