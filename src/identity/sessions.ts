import { z } from 'zod';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { newId } from '../ids.ts';
import { parse } from '../parse.ts';
import { closeImpersonation } from './impersonation.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { type AccessTokens, hashToken, newRefreshToken } from './tokens.ts';

export interface SignedInUser {
  id: string;
  email: string;
  name: string;
}

/** The tokens of a session. */
export interface SignIn {
  sessionId: string;
  user: SignedInUser;
  accessToken: string;
  refreshToken: string;
  /** Seconds until the access token ends. */
  expiresIn: number;
}

/** How a session is opened; `strong` with a second factor or a passkey behind it. */
export interface SignInMethod {
  method: 'password' | 'passkey' | 'github' | 'google';
  strong: boolean;
}

export async function openSession(
  tx: Tx,
  app: App,
  tokens: AccessTokens,
  user: SignedInUser,
  client: Client,
  how: SignInMethod,
): Promise<SignIn> {
  const refresh = newRefreshToken();
  const id = newId();
  await tx.session.create({
    data: {
      id,
      userId: user.id,
      refreshHash: refresh.hash,
      userAgent: client.userAgent,
      ipAddress: client.ipAddress,
      method: how.method,
      strong: how.strong,
      expiresAt: new Date(Date.now() + app.config.REFRESH_EXPIRY * 1000),
    },
  });
  await tx.user.update({ where: { id: user.id }, data: { lastLoginAt: new Date() } });
  return {
    sessionId: id,
    user,
    accessToken: await tokens.issue(user.id, id),
    refreshToken: refresh.token,
    expiresIn: tokens.lifetime,
  };
}

/** Tabs of one browser share its cookies and may refresh at the same moment. */
const tabsApartMs = 10_000;

export const refreshInput = z.object({ refreshToken: z.string().max(200) });

/**
 * Trades a refresh token for a new pair (RFC 9700 4.14.2). A token that was already traded means that two parties hold
 * the family: the session ends for both. Only a browser that sends its cookie a moment after another of its tabs traded
 * it is told to look at its new cookie instead; it gets no token, so a thief gains nothing by it.
 */
export async function refresh(
  app: App,
  tokens: AccessTokens,
  client: Client,
  given: string,
  shared = false,
): Promise<SignIn> {
  const { refreshToken: token } = parse(refreshInput, { refreshToken: given });
  const attempt = await app.limits.countAttempt('token', client.ipAddress);
  const hash = hashToken(token);
  const next = newRefreshToken();
  const outcome = await app.db.prisma.$transaction(async (tx) => {
    const session = await tx.session.findFirst({
      where: { OR: [{ refreshHash: hash }, { usedTokens: { some: { hash } } }] },
      include: { user: true },
    });
    if (!session?.user || session.revokedAt || session.expiresAt < new Date() || session.user.deactivatedAt)
      return undefined;
    const traded = await tx.session.updateMany({
      where: { id: session.id, refreshHash: hash, revokedAt: null },
      data: { refreshHash: next.hash, lastSeenAt: new Date(), ipAddress: client.ipAddress },
    });
    if (traded.count === 1) {
      await tx.usedRefreshToken.create({ data: { hash, sessionId: session.id } });
      return session;
    }
    const [newest] = await tx.usedRefreshToken.findMany({
      where: { sessionId: session.id },
      orderBy: { usedAt: 'desc' },
      take: 1,
    });
    if (shared && newest?.hash === hash && Date.now() - newest.usedAt.getTime() < tabsApartMs) {
      throw new AppError('refresh_in_progress', 'Another tab has just refreshed this session; use the new cookies');
    }
    await tx.session.update({ where: { id: session.id }, data: { revokedAt: new Date() } });
    await recordAccountFact(tx, client, 'auth.refresh_reused', session.user);
    await notify(tx, [`access:${session.userId}`]);
    return undefined;
  });
  if (!outcome) throw new AppError('unauthenticated', 'The refresh token is not valid; sign in again');
  await attempt.forgive();
  return {
    sessionId: outcome.id,
    user: outcome.user,
    accessToken: await tokens.issue(outcome.userId, outcome.id),
    refreshToken: next.token,
    expiresIn: tokens.lifetime,
  };
}

/** The living session of a refresh token, for a browser whose access token has ended. */
export async function sessionOfRefreshToken(app: App, token: string): Promise<string | null> {
  const session = await app.db.prisma.session.findFirst({
    where: { refreshHash: hashToken(token), revokedAt: null },
    select: { id: true },
  });
  return session?.id ?? null;
}

export async function logout(app: App, sessionId: string, client: Client): Promise<void> {
  await app.db.prisma.$transaction(async (tx) => {
    if (client.administrator)
      return closeImpersonation(tx, client, sessionId, { type: 'user', ...client.administrator });
    const session = await tx.session.update({
      where: { id: sessionId },
      data: { revokedAt: new Date() },
      include: { user: true },
    });
    await recordAccountFact(tx, client, 'auth.logout', session.user);
    await notify(tx, [`access:${session.userId}`]);
  });
}

/** Ends a user's sessions, but for the one to keep: every process refuses them from the next request on, and their sockets close. */
export async function endSessions(tx: Tx, userId: string, keepSessionId: string | null = null): Promise<number> {
  const { count } = await tx.session.updateMany({
    where: { userId, revokedAt: null, ...(keepSessionId ? { id: { not: keepSessionId } } : {}) },
    data: { revokedAt: new Date() },
  });
  // A sign-in that waits for its second step rests on what made the sessions end.
  await tx.oneTimeToken.updateMany({
    where: { userId, purpose: 'second_factor', usedAt: null },
    data: { usedAt: new Date() },
  });
  await notify(tx, [`access:${userId}`]);
  return count;
}
