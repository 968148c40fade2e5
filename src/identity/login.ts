import { z } from 'zod';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { parse } from '../parse.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { emailSchema } from './fields.ts';
import { verifyPassword } from './passwords.ts';
import { type SecondStep, signInOrAsk } from './second-step.ts';
import type { SignIn } from './sessions.ts';
import { renewHash } from './renew-hash.ts';
import { countSignIn } from './sign-in-limits.ts';
import type { AccessTokens } from './tokens.ts';

export const loginInput = z.object({ email: emailSchema, password: z.string().min(1).max(256) });

/** The first step of a sign-in; for an account with TOTP it gives the ticket of the second. */
export async function login(
  app: App,
  tokens: AccessTokens,
  client: Client,
  given: unknown,
): Promise<SignIn | SecondStep> {
  const input = parse(loginInput, given);
  const user = await app.db.prisma.user.findUnique({ where: { email: input.email } });
  const succeeded = await countSignIn(app, client, input.email, user?.id ?? null);
  const matches = await verifyPassword(user?.passwordHash ?? null, input.password);
  if (!user || !matches || user.deactivatedAt) {
    await recordAccountFact(
      app.db.prisma,
      client,
      'auth.login_failed',
      { id: user?.id ?? null, email: input.email },
      { reason: 'password' },
    );
    throw new AppError('invalid_credentials', 'The e-mail address or the password is wrong');
  }
  await succeeded();
  await renewHash(app, user.id, user.passwordHash ?? '', input.password);
  return app.db.prisma.$transaction((tx) => signInOrAsk(tx, app, tokens, user, client, 'password'));
}
