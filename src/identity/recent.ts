import { z } from 'zod';
import type { User } from '../../prisma/generated/client/client.ts';
import { type Access, requireOneself, requirePerson, sessionEnded } from '../access/access.ts';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { parse } from '../parse.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { getAccount } from './profile.ts';
import { verifyPassword } from './passwords.ts';

export const passwordInput = z.object({ password: z.string().max(256).nullish() });
const recentMs = 15 * 60_000;

/**
 * For changes that a stolen session must not be able to make: the password comes along, or the session was opened within
 * the last 15 minutes, with the second factor where the account has one. Gives the account.
 */
export async function requireRecent(
  app: App,
  access: Access,
  client: Client,
  given: { password?: string | null | undefined },
): Promise<User> {
  const { password } = parse(passwordInput, given);
  requireOneself(access);
  const { userId, sessionId } = requirePerson(access);
  const session = await app.db.prisma.session.findUnique({ where: { id: sessionId, userId } });
  if (!session) throw sessionEnded();
  const user = await getAccount(app, userId);
  if (password) {
    const attempt = await app.limits.countAttempt('password_check', user.id);
    if (await verifyPassword(user.passwordHash, password)) {
      await attempt.forget();
      return user;
    }
    await recordAccountFact(app.db.prisma, client, 'auth.password_check_failed', user);
    throw new AppError('invalid_credentials', 'The password is wrong', { field: 'password' });
  }
  if (session.createdAt.getTime() > Date.now() - recentMs && (session.strong || !user.totpEnabledAt)) return user;
  throw new AppError('reauthentication_required', 'This needs your password, or a sign-in within the last 15 minutes', {
    field: 'password',
  });
}
