import type { User } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { takeRecoveryCode } from './recovery-codes.ts';
import { stepOf, totpOwner } from './totp-code.ts';

export type Factor = 'totp' | 'recovery_code';

type TotpUser = Pick<User, 'id' | 'totpSecretEnc'>;

/** Uses a code of the app up: it and all older ones are refused from now on, also to whoever sends it in the same moment. */
export async function takeTotpCode(tx: Tx, app: App, user: TotpUser, code: string): Promise<boolean> {
  if (!user.totpSecretEnc) return false;
  const step = await stepOf(await app.secrets.open(user.totpSecretEnc, totpOwner(user.id)), code);
  if (step === undefined) return false;
  const { count } = await tx.user.updateMany({
    where: {
      id: user.id,
      totpSecretEnc: user.totpSecretEnc,
      OR: [{ totpLastStep: null }, { totpLastStep: { lt: step } }],
    },
    data: { totpLastStep: step },
  });
  return count === 1;
}

/** Takes a code of the app or a recovery code of an account with TOTP; null when it is wrong or was used before. */
export async function takeCode(
  tx: Tx,
  app: App,
  user: TotpUser & Pick<User, 'totpEnabledAt'>,
  code: string,
): Promise<Factor | null> {
  if (!user.totpEnabledAt) return null;
  if (/^\d+$/.test(code)) return (await takeTotpCode(tx, app, user, code)) ? 'totp' : null;
  return (await takeRecoveryCode(tx, user.id, code)) ? 'recovery_code' : null;
}
