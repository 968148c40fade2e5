import { z } from 'zod';
import type { User } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { parse } from '../parse.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { secondFactorCode } from './fields.ts';
import { issueToken, takeToken } from './one-time-tokens.ts';
import { takeCode } from './second-factor.ts';
import { notifyAccount } from './security-notice.ts';
import { openSession, type SignIn, type SignInMethod } from './sessions.ts';
import { type AccessTokens, hashToken } from './tokens.ts';

/** The first step of a sign-in was right; the second one is to follow with this ticket. */
export interface SecondStep {
  partialToken: string;
}

const ticketSeconds = 10 * 60;
const maxAttempts = 5;
const ticketData = z.object({ method: z.enum(['password', 'passkey', 'github', 'google']) });
export const input = z.object({ code: secondFactorCode, partialToken: z.string().min(1).max(200) });

/** Signs in who proved the first factor, or asks for the second one where the account has TOTP. */
export async function signInOrAsk(
  tx: Tx,
  app: App,
  tokens: AccessTokens,
  user: User,
  client: Client,
  method: SignInMethod['method'],
): Promise<SignIn | SecondStep> {
  if (user.totpEnabledAt)
    return {
      partialToken: await issueToken(tx, 'second_factor', ticketSeconds, { userId: user.id, data: { method } }),
    };
  await recordAccountFact(tx, client, 'auth.login', user, { method });
  return openSession(tx, app, tokens, user, client, { method, strong: false });
}

export const ticketEnded = (): AppError =>
  new AppError(
    'reauthentication_required',
    'This sign-in has expired; start again with the e-mail address and the password',
  );

/** Counts the attempt before its code is looked at, so that many at once get no more tries than one after the other. */
async function countAttempt(
  app: App,
  client: Client,
  partialToken: string,
): Promise<{ user: User; method: SignInMethod['method']; left: number }> {
  const hash = hashToken(partialToken);
  const [ticket] = await app.db.prisma.oneTimeToken.updateManyAndReturn({
    where: {
      purpose: 'second_factor',
      hash,
      usedAt: null,
      expiresAt: { gt: new Date() },
      attempts: { lt: maxAttempts },
    },
    data: { attempts: { increment: 1 } },
  });
  const known = ticket ?? (await app.db.prisma.oneTimeToken.findFirst({ where: { purpose: 'second_factor', hash } }));
  const user = known?.userId ? await app.db.prisma.user.findUnique({ where: { id: known.userId } }) : null;
  if (ticket && user && !user.deactivatedAt)
    return { user, method: ticketData.parse(ticket.data).method, left: maxAttempts - ticket.attempts };
  if (user) await recordAccountFact(app.db.prisma, client, 'auth.login_failed', user, { reason: 'ticket_ended' });
  throw ticketEnded();
}

/** The second step of a sign-in, with a code of the app or a recovery code. */
export async function loginSecondFactor(
  app: App,
  tokens: AccessTokens,
  client: Client,
  given: unknown,
): Promise<SignIn> {
  const { code, partialToken } = parse(input, given);
  const { user, method, left } = await countAttempt(app, client, partialToken);
  // Over all tickets: who has the password can begin as often as they like.
  const attempt = await app.limits.countAttempt('second_factor', user.id);
  const signIn = await app.db.prisma.$transaction(async (tx) => {
    const factor = await takeCode(tx, app, user, code);
    if (!factor) return undefined;
    if (!(await takeToken(tx, 'second_factor', partialToken))) throw ticketEnded();
    await recordAccountFact(tx, client, 'auth.login', user, { method, secondFactor: factor });
    if (factor === 'recovery_code') {
      const codesLeft = await tx.recoveryCode.count({ where: { userId: user.id, usedAt: null } });
      await notifyAccount(tx, app, user, client, `A recovery code was used to sign in; ${codesLeft} are left`);
    }
    return openSession(tx, app, tokens, user, client, { method, strong: true });
  });
  if (signIn) {
    await attempt.forget();
    return signIn;
  }
  await recordAccountFact(app.db.prisma, client, 'auth.login_failed', user, { reason: 'second_factor' });
  throw new AppError('invalid_credentials', 'The code is wrong or was already used', {
    field: 'code',
    attempts_left: left,
  });
}
