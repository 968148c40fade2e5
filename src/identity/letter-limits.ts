import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { lockSeeds } from '../database/lock-numbers.ts';
import type { Client } from '../access/client.ts';

/** How many minutes an e-mail is not sent again after a repeated request: the previous one is still valid. */
export const mergeMinutes = 10;

/**
 * Counts an e-mail before it is requested, whether or not the account exists: by the requester, and by the recipient
 * together with the requester, so that one person cannot use up the e-mails of another.
 */
export async function countLetter(
  app: App,
  client: Client,
  kind: 'reset' | 'verification' | 'change' | 'sign_up',
  email: string,
): Promise<void> {
  await app.limits.countAttempt('mail_address', client.ipAddress);
  await app.limits.countAttempt('mail', kind, email, client.ipAddress);
}

/** Whether such an e-mail was sent to the address in the last minutes, or is queued. */
export async function wasWrittenLately(tx: Tx, email: string, subject: string): Promise<boolean> {
  // Of two concurrent requests, the second waits and sees the e-mail of the first.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${email}, ${lockSeeds.letters}))`;
  const lately = new Date(Date.now() - mergeMinutes * 60_000);
  return (
    (await tx.mail.findFirst({
      where: { recipient: email, subject, failedAt: null, createdAt: { gt: lately } },
      select: { id: true },
    })) !== null
  );
}

/** Runs the work for a token from an e-mail; only invalid tokens count against the sender's address. */
export async function countingTokens<T>(app: App, client: Client, work: () => Promise<T>): Promise<T> {
  const attempt = await app.limits.countAttempt('token', client.ipAddress);
  const done = await work();
  await attempt.forgive();
  return done;
}
