import type { App } from '../app.ts';
import { hashPassword, isOutdated } from './passwords.ts';

/** Hashes a password again after it was verified, if its hash used other parameters than the current ones. */
export async function renewHash(app: App, userId: string, stored: string, password: string): Promise<void> {
  if (!isOutdated(stored)) return;
  const passwordHash = await hashPassword(password);
  // Only in place of the hash that was looked at: the password may have been changed meanwhile.
  await app.db.prisma.user.updateMany({ where: { id: userId, passwordHash: stored }, data: { passwordHash } });
}
