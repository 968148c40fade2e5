import type { User } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { endSessions, notifyAccount } from '../identity/index.ts';
import { type Administrator, recordOfUser } from './administrator.ts';
import { getUser } from './users.ts';

/**
 * Takes the app, the recovery codes and the passkeys from an account whose person lost them, and ends its sessions. The
 * person signs in with the password, or with a new one by e-mail.
 */
export async function resetSecondFactor(app: App, admin: Administrator, id: string): Promise<User> {
  const before = await getUser(app, id);
  if (before.id === admin.userId)
    throw new AppError('unprocessable', 'Your own second factor is changed in your account, not here', { id });
  return app.db.prisma.$transaction(async (tx) => {
    const user = await tx.user.update({
      where: { id },
      data: { totpEnabledAt: null, totpSecretEnc: null, totpLastStep: null },
    });
    await tx.recoveryCode.deleteMany({ where: { userId: id } });
    const passkeys = await tx.passkey.deleteMany({ where: { userId: id } });
    const sessions = await endSessions(tx, id);
    await recordOfUser(tx, admin, 'user.second_factor_reset', user, {
      totp: before.totpEnabledAt !== null,
      passkeys: passkeys.count,
      sessionsEnded: sessions,
    });
    await notifyAccount(tx, app, user, admin, 'An administrator reset your two-factor authentication');
    return user;
  });
}
