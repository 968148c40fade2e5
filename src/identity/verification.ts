import { z } from 'zod';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { queueMail } from '../mail/index.ts';
import { parse } from '../parse.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { countingTokens, countLetter } from './letter-limits.ts';
import { letters, pageLink } from './letters.ts';
import { getAccount } from './profile.ts';
import { replaceToken, takeToken } from './one-time-tokens.ts';

const threeDays = 3 * 86400;
const about = z.object({ email: z.string() });

export const wrongLink = (): AppError =>
  new AppError(
    'unprocessable',
    'The link is no longer valid: it was already used, was replaced by a newer one, or has expired',
    { field: 'token', constraint: 'expired' },
  );

/** Sends the e-mail by which a person shows that the address is theirs. */
export async function askToVerify(tx: Tx, app: App, user: { id: string; email: string }): Promise<void> {
  const token = await replaceToken(tx, 'verify_email', threeDays, user.id, { email: user.email });
  await queueMail(tx, app.secrets, letters.verify(user.email, pageLink(app.config, 'verify-email', token)));
}

export const verifyInput = z.object({ token: z.string().max(200) });

export async function verifyEmail(app: App, client: Client, given: string): Promise<void> {
  const { token } = parse(verifyInput, { token: given });
  await countingTokens(app, client, () =>
    app.db.prisma.$transaction(async (tx) => {
      const row = await takeToken(tx, 'verify_email', token);
      const user = row?.userId ? await tx.user.findUnique({ where: { id: row.userId } }) : null;
      // The e-mail vouches for the address it went to, not for one that came later.
      if (!row || !user || about.parse(row.data).email !== user.email) throw wrongLink();
      await tx.user.update({ where: { id: user.id }, data: { emailVerifiedAt: new Date() } });
      await recordAccountFact(tx, client, 'auth.email_verified', user);
    }),
  );
}

export async function resendVerification(app: App, client: Client, userId: string): Promise<void> {
  const user = await getAccount(app, userId);
  if (user.emailVerifiedAt)
    throw new AppError('conflict', 'Your e-mail address is already verified', {
      field: 'email',
      constraint: 'verified',
    });
  await countLetter(app, client, 'verification', user.email);
  await app.db.prisma.$transaction((tx) => askToVerify(tx, app, user));
}
