import { randomBytes } from 'node:crypto';
import type { OneTimeToken } from '../../prisma/generated/client/client.ts';
import type { Prisma, Tx } from '../db.ts';
import { newId } from '../ids.ts';
import { hashToken } from './tokens.ts';

export type Purpose = 'verify_email' | 'reset_password' | 'change_email' | 'second_factor' | 'passkey_login' | 'passkey_registration' | 'oauth';

/** Makes a token that is good once and for `seconds`; only its digest is kept. `data` holds no secrets. */
export async function issueToken(tx: Tx, purpose: Purpose, seconds: number, about: { userId?: string; data?: Prisma.InputJsonObject } = {}): Promise<string> {
  const token = `ocore_t_${randomBytes(32).toString('base64url')}`;
  await tx.oneTimeToken.create({ data: { id: newId(), purpose, userId: about.userId ?? null, hash: hashToken(token), data: about.data ?? {}, expiresAt: new Date(Date.now() + seconds * 1000) } });
  return token;
}

/** The token's row while it is good, without using it up. */
export function findToken(tx: Tx, purpose: Purpose, token: string): Promise<OneTimeToken | null> {
  return tx.oneTimeToken.findFirst({ where: { purpose, hash: hashToken(token), usedAt: null, expiresAt: { gt: new Date() } } });
}

/** Uses the token up: of two who come at the same time one gets its row, the other null. */
export async function takeToken(tx: Tx, purpose: Purpose, token: string): Promise<OneTimeToken | null> {
  const row = await findToken(tx, purpose, token);
  if (!row) return null;
  const taken = await tx.oneTimeToken.updateMany({ where: { id: row.id, usedAt: null }, data: { usedAt: new Date() } });
  return taken.count === 1 ? row : null;
}
