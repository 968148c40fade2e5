import { z } from 'zod';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { parse } from '../parse.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from './client.ts';
import { emailSchema } from './fields.ts';
import { verifyPassword } from './passwords.ts';
import { openSession, type SignIn } from './sessions.ts';
import type { AccessTokens } from './tokens.ts';

export const loginInput = z.object({ email: emailSchema, password: z.string().min(1).max(256) });

export async function login(app: App, tokens: AccessTokens, client: Client, given: unknown): Promise<SignIn> {
  const input = parse(loginInput, given);
  const user = await app.db.prisma.user.findUnique({ where: { email: input.email } });
  const matches = await verifyPassword(user?.passwordHash ?? null, input.password);
  if (!user || !matches || user.deactivatedAt) {
    await recordAccountFact(app.db.prisma, client, 'auth.login_failed', { id: user?.id ?? null, email: input.email });
    throw new AppError('invalid_credentials', 'The e-mail address or the password is wrong');
  }
  return app.db.prisma.$transaction(async (tx) => {
    await recordAccountFact(tx, client, 'auth.login', user);
    return openSession(tx, app, tokens, user, client, { method: 'password', strong: false });
  });
}
