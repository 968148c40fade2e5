import { z } from 'zod';
import type { App } from '../app.ts';
import { notify } from '../events/hub.ts';
import { queueMail } from '../mail/index.ts';
import type { Tx } from '../database/database.ts';
import { parse } from '../parse.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { emailSchema, newPassword, requireImpersonal } from './fields.ts';
import { countingTokens, countLetter, mergeMinutes } from './letter-limits.ts';
import { forgotLink, letters, pageLink } from './letters.ts';
import { endTokens, findToken, issueToken, takeToken } from './one-time-tokens.ts';
import { forgetOtherWays } from './other-ways.ts';
import { hashPassword } from './passwords.ts';
import { endSessions } from './sessions.ts';
import { wrongLink } from './verification.ts';

const hour = 3600;
const wish = z.object({
  email: z.string(),
  requestId: z.string(),
  ipAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
});
const about = z.object({ email: z.string() });

export const forgotInput = z.object({ email: emailSchema });

/**
 * Only records the request for a new password. A worker looks up afterwards whether the address has an account, so
 * neither the response nor its time reveals it.
 */
export async function forgotPassword(app: App, client: Client, email: string): Promise<void> {
  const { requestId, ipAddress, userAgent } = client;
  const data = { requestId, ipAddress, userAgent, ...parse(forgotInput, { email }) };
  await countLetter(app, client, 'reset', data.email);
  await app.db.prisma.$transaction(async (tx) => {
    await issueToken(tx, 'reset_request', hour, { data });
    await notify(tx, ['mail']);
  });
}

/**
 * Processes one recorded request: sends the e-mail if the account exists and none was sent in the last minutes. Earlier links
 * stay valid: a stranger's requests can neither flood the mailbox nor invalidate its links.
 */
export async function answerReset(tx: Tx, app: App, data: unknown): Promise<void> {
  const { email, ...client } = wish.parse(data);
  // Of two concurrent requests, the second sees the e-mail of the first.
  await tx.$executeRaw`SELECT 1 FROM users WHERE email = ${email} FOR UPDATE`;
  const user = await tx.user.findUnique({ where: { email } });
  if (!user || user.deactivatedAt) return;
  const lately = new Date(Date.now() - mergeMinutes * 60_000);
  const waiting = await tx.oneTimeToken.findMany({
    where: { userId: user.id, purpose: 'reset_password', usedAt: null, createdAt: { gt: lately } },
    select: { data: true },
  });
  if (waiting.some((row) => about.parse(row.data).email === email)) return;
  const token = await issueToken(tx, 'reset_password', hour, { userId: user.id, data: { email } });
  await queueMail(tx, app.secrets, letters.reset(email, pageLink(app.config, 'reset-password', token), client));
  await recordAccountFact(tx, client, 'auth.password_reset_requested', user);
}

export const resetInput = z.object({ token: z.string().max(200), password: newPassword });

/** Sets the password of the e-mail's account and ends all its sessions. Reading the e-mail proves ownership of the address. */
export async function resetPassword(app: App, client: Client, given: unknown): Promise<void> {
  const input = parse(resetInput, given);
  await countingTokens(app, client, () => reset(app, client, input));
}

async function reset(app: App, client: Client, { token, password }: z.infer<typeof resetInput>): Promise<void> {
  const row = await findToken(app.db.prisma, 'reset_password', token);
  const user = row?.userId ? await app.db.prisma.user.findUnique({ where: { id: row.userId } }) : null;
  if (!row || !user || user.deactivatedAt || about.parse(row.data).email !== user.email) throw wrongLink();
  requireImpersonal(password, user);
  const passwordHash = await hashPassword(password);
  await app.db.prisma.$transaction(async (tx) => {
    if (!(await takeToken(tx, 'reset_password', token))) throw wrongLink();
    await tx.user.update({
      where: { id: user.id },
      data: { passwordHash, emailVerifiedAt: user.emailVerifiedAt ?? new Date() },
    });
    // Until now nobody had shown that the address is theirs: who signed up with somebody else's may wait in the account for its owner.
    // An address that was changed is verified; this one is as old as the account, and so is nothing in it.
    if (!user.emailVerifiedAt) await forgetOtherWays(tx, user.id, user.createdAt);
    await endTokens(tx, user.id, [
      'reset_password',
      'change_email',
      'second_factor',
      'link_account',
      'oauth_code',
      'oauth',
    ]);
    const sessions = await endSessions(tx, user.id);
    await recordAccountFact(tx, client, 'auth.password_reset', user, { sessionsEnded: sessions });
    await queueMail(tx, app.secrets, letters.passwordChanged(user.email, forgotLink(app.config), client));
  });
}
