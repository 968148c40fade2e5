import { randomBytes } from 'node:crypto';
import type { OneTimeToken } from '../../prisma/generated/client/client.ts';
import type { Prisma, Tx } from '../database/database.ts';
import { newId } from '../ids.ts';
import { hashToken } from './tokens.ts';

export type Purpose =
  | 'verify_email'
  | 'reset_password'
  | 'change_email'
  | 'undo_email_change'
  | 'reset_request'
  | 'sign_up_request'
  | 'confirm_sign_up'
  | 'setup'
  | 'link_account'
  | 'oauth_code'
  | 'second_factor'
  | 'passkey_login'
  | 'passkey_registration'
  | 'oauth';

/** Makes a token that is good once and for `seconds`; only its digest is kept. `data` holds no secrets. */
export async function issueToken(
  tx: Tx,
  purpose: Purpose,
  seconds: number,
  about: { userId?: string; data?: Prisma.InputJsonObject } = {},
): Promise<string> {
  const token = `ocore_t_${randomBytes(32).toString('base64url')}`;
  await tx.oneTimeToken.create({
    data: {
      id: newId(),
      purpose,
      userId: about.userId ?? null,
      hash: hashToken(token),
      data: about.data ?? {},
      expiresAt: new Date(Date.now() + seconds * 1000),
    },
  });
  // Each new one takes some old ones away, so that no timer has to.
  await tx.$executeRaw`DELETE FROM one_time_tokens WHERE id IN (SELECT id FROM one_time_tokens WHERE expires_at < now() - interval '1 day' ORDER BY expires_at LIMIT 5 FOR UPDATE SKIP LOCKED)`;
  return token;
}

/** Creates a token that replaces the person's earlier ones: only the latest e-mail is valid. */
export async function replaceToken(
  tx: Tx,
  purpose: Purpose,
  seconds: number,
  userId: string,
  data: Prisma.InputJsonObject = {},
): Promise<string> {
  await endTokens(tx, userId, [purpose]);
  return issueToken(tx, purpose, seconds, { userId, data });
}

export async function endTokens(tx: Tx, userId: string, purposes: readonly Purpose[]): Promise<void> {
  await tx.oneTimeToken.updateMany({
    where: { userId, purpose: { in: [...purposes] }, usedAt: null },
    data: { usedAt: new Date() },
  });
}

/** The token's row while it is good, without using it up. */
export function findToken(tx: Tx, purpose: Purpose, token: string): Promise<OneTimeToken | null> {
  return tx.oneTimeToken.findFirst({
    where: { purpose, hash: hashToken(token), usedAt: null, expiresAt: { gt: new Date() } },
  });
}

/** Uses the token up: of two who come at the same time one gets its row, the other null. */
export async function takeToken(tx: Tx, purpose: Purpose, token: string): Promise<OneTimeToken | null> {
  const row = await findToken(tx, purpose, token);
  if (!row) return null;
  const taken = await tx.oneTimeToken.updateMany({ where: { id: row.id, usedAt: null }, data: { usedAt: new Date() } });
  return taken.count === 1 ? row : null;
}
