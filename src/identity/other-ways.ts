import type { Tx } from '../database/database.ts';
import { firstIdAt } from '../ids.ts';

/**
 * Takes away the ways into the account that somebody else may have put there: connected accounts and keys would let them
 * in again, and a second factor of theirs would keep the owner out. Second factors from before `since` stay: whoever
 * merely reads an old mailbox must not get past them.
 */
export async function forgetOtherWays(tx: Tx, userId: string, since: Date): Promise<void> {
  const where = { userId };
  await tx.connectedAccount.deleteMany({ where });
  await tx.sshKey.deleteMany({ where });
  await tx.apiKey.updateMany({ where: { userId, revokedAt: null }, data: { revokedAt: new Date() } });
  await tx.passkey.deleteMany({ where: { userId, createdAt: { gte: since } } });
  const { count } = await tx.user.updateMany({
    where: { id: userId, OR: [{ totpEnabledAt: null }, { totpEnabledAt: { gte: since } }] },
    data: { totpEnabledAt: null, totpSecretEnc: null, totpLastStep: null },
  });
  // Codes of an app that stays were renewed by whoever held one of the codes before.
  await tx.recoveryCode.deleteMany({ where: { userId, ...(count > 0 ? {} : { id: { gte: firstIdAt(since) } }) } });
}
