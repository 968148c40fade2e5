import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { lockSeeds } from '../database/lock-numbers.ts';
import type { Client } from '../access/client.ts';

/** So long a letter that was asked for again is not sent again: the one before is still good. */
export const mergeMinutes = 10;

/**
 * Counts a letter before it is asked for, whether or not there is such an account: by who asks, and by where it goes
 * together with who asks, so that nobody uses up another person's letters.
 */
export async function countLetter(app: App, client: Client, kind: 'reset' | 'verification' | 'change' | 'sign_up', email: string): Promise<void> {
  await app.limits.countAttempt('mail_address', client.ipAddress);
  await app.limits.countAttempt('mail', kind, email, client.ipAddress);
}

/** Whether such a letter went to the address in the last minutes, or is about to. */
export async function wasWrittenLately(tx: Tx, email: string, subject: string): Promise<boolean> {
  // Two wishes at once: the second waits, and sees the letter of the first.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${email}, ${lockSeeds.letters}))`;
  const lately = new Date(Date.now() - mergeMinutes * 60_000);
  return (await tx.mail.findFirst({ where: { recipient: email, subject, failedAt: null, createdAt: { gt: lately } }, select: { id: true } })) !== null;
}

/** Does what a token of a letter is for; only tokens that are not good count against the address that sends them. */
export async function countingTokens<T>(app: App, client: Client, work: () => Promise<T>): Promise<T> {
  const attempt = await app.limits.countAttempt('token', client.ipAddress);
  const done = await work();
  await attempt.forgive();
  return done;
}
