import type { User } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import type { Tx } from '../db.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from './client.ts';
import { issueToken } from './one-time-tokens.ts';
import { openSession, type SignIn, type SignInMethod } from './sessions.ts';
import type { AccessTokens } from './tokens.ts';

/** The first step of a sign-in was right; the second one is to follow with this ticket. */
export interface SecondStep {
  partialToken: string;
}

/** Signs in who proved the first factor, or asks for the second one where the account has TOTP. */
export async function signInOrAsk(tx: Tx, app: App, tokens: AccessTokens, user: User, client: Client, method: SignInMethod['method']): Promise<SignIn | SecondStep> {
  if (user.totpEnabledAt) return { partialToken: await issueToken(tx, 'second_factor', 600, { userId: user.id, data: { method } }) };
  await recordAccountFact(tx, client, 'auth.login', user, { method });
  return openSession(tx, app, tokens, user, client, { method, strong: false });
}
