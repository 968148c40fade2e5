import type { App } from '../app.ts';
import { hashPassword, isOutdated } from './passwords.ts';

/** Hashes a password that was just right anew, where its hash was made with other parameters than today's. */
export async function renewHash(app: App, userId: string, stored: string, password: string): Promise<void> {
  if (!isOutdated(stored)) return;
  const passwordHash = await hashPassword(password);
  // Only in place of the hash that was looked at: the password may have been changed meanwhile.
  await app.db.prisma.user.updateMany({ where: { id: userId, passwordHash: stored }, data: { passwordHash } });
}
