import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { networkOf } from '../limits/index.ts';
import type { Client } from '../access/client.ts';

/** Where the account has signed in from lately: an attacker who locks the account for strangers does not lock its owner out. */
async function isKnownAddress(app: App, userId: string | null, address: string | null): Promise<boolean> {
  // Asked for unknown accounts, too: time does not tell which they are.
  const { rows } = await app.db.pool.query<{ ip_address: string }>({
    name: 'known addresses',
    text: "SELECT DISTINCT ip_address FROM sessions WHERE user_id = $1 AND ip_address IS NOT NULL AND last_seen_at > now() - interval '90 days'",
    values: [userId ?? '00000000-0000-0000-0000-000000000000'],
  });
  const network = networkOf(address);
  return rows.some((row) => networkOf(row.ip_address) === network);
}

/**
 * Counts a sign-in before its password is looked at, by address, by account and address, and by account over all
 * addresses that are new to it. Gives what to do when the password was right.
 */
export async function countSignIn(
  app: App,
  client: Client,
  email: string,
  userId: string | null,
): Promise<() => Promise<void>> {
  const byAddress = await app.limits.countAttempt('login_address', client.ipAddress);
  const byBoth = await app.limits.countAttempt('login', email, client.ipAddress);
  const byAccount = await app.limits.countAttempt('login_account', email).catch(async (error: unknown) => {
    if (error instanceof AppError && (await isKnownAddress(app, userId, client.ipAddress))) return undefined;
    throw error;
  });
  return async () => {
    await Promise.all([byAddress.forgive(), byBoth.forget(), byAccount?.forgive()]);
  };
}
