import type { App } from '../app.ts';
import type { Client } from '../access/client.ts';

/** Counts a letter before it is asked for: by where it goes and by who asks, whether or not there is such an account. */
export async function countLetter(app: App, client: Client, kind: 'reset' | 'verification' | 'change', email: string): Promise<void> {
  await app.limits.countAttempt('mail_address', client.ipAddress);
  await app.limits.countAttempt('mail', kind, email);
}

/** Does what a token of a letter is for; only tokens that are not good count against the address that sends them. */
export async function countingTokens<T>(app: App, client: Client, work: () => Promise<T>): Promise<T> {
  const attempt = await app.limits.countAttempt('token', client.ipAddress);
  const done = await work();
  await attempt.forgive();
  return done;
}
