import { generateSecret } from 'otplib';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { newId } from '../ids.ts';
import { hashToken } from './tokens.ts';

const count = 8;

/** Replaces the account's recovery codes by eight new ones of 80 bits. They are shown now and never again. */
export async function replaceRecoveryCodes(tx: Tx, userId: string): Promise<string[]> {
  const codes = Array.from({ length: count }, () => generateSecret({ length: 10 }));
  await tx.recoveryCode.deleteMany({ where: { userId } });
  await tx.recoveryCode.createMany({ data: codes.map((code) => ({ id: newId(), userId, hash: hashToken(code) })) });
  return codes.map((code) => code.replace(/(.{4})(?=.)/g, '$1-'));
}

/** Uses a code up: of two who come at the same time one succeeds. */
export async function takeRecoveryCode(tx: Tx, userId: string, code: string): Promise<boolean> {
  const { count: taken } = await tx.recoveryCode.updateMany({
    where: { userId, hash: hashToken(code), usedAt: null },
    data: { usedAt: new Date() },
  });
  return taken === 1;
}

/** How many unused codes each account has; those with none are left out. */
export async function countRecoveryCodes(app: App, userIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const groups = await app.db.prisma.recoveryCode.groupBy({
    by: 'userId',
    where: { userId: { in: [...userIds] }, usedAt: null },
    _count: true,
  });
  return new Map(groups.map(({ userId, _count }) => [userId, _count]));
}
