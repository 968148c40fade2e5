import type { Tx } from '../database/database.ts';

/**
 * Takes away every way into the account but its password, for when somebody else may have put them there: a passkey, a
 * connected account or an API key would let them in again, and a second factor of theirs would keep the owner out.
 */
export async function forgetOtherWays(tx: Tx, userId: string): Promise<void> {
  const where = { userId };
  await tx.connectedAccount.deleteMany({ where });
  await tx.passkey.deleteMany({ where });
  await tx.sshKey.deleteMany({ where });
  await tx.recoveryCode.deleteMany({ where });
  await tx.apiKey.updateMany({ where: { userId, revokedAt: null }, data: { revokedAt: new Date() } });
  await tx.user.update({ where: { id: userId }, data: { totpEnabledAt: null, totpSecretEnc: null, totpLastStep: null } });
}
