import { z } from 'zod';
import type { App } from '../app.ts';
import { notify } from '../events/hub.ts';
import { queueMail } from '../mail/index.ts';
import { parse } from '../parse.ts';
import { WorkLoop } from '../events/work-loop.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { emailSchema, newPassword, requireImpersonal } from './fields.ts';
import { countingTokens, countLetter } from './letter-limits.ts';
import { letters, pageLink } from './letters.ts';
import { endTokens, findToken, issueToken, replaceToken, takeToken } from './one-time-tokens.ts';
import { forgetOtherWays } from './other-ways.ts';
import { hashPassword } from './passwords.ts';
import { endSessions } from './sessions.ts';
import { wrongLink } from './verification.ts';

const hour = 3600;
const wish = z.object({ email: z.string(), requestId: z.string(), ipAddress: z.string().nullable(), userAgent: z.string().nullable() });
const about = z.object({ email: z.string() });

export const forgotInput = z.object({ email: emailSchema });

/**
 * Notes the wish for a new password, no more: whether the address has an account is looked up afterwards by a worker, so
 * neither the answer nor its time can tell.
 */
export async function forgotPassword(app: App, client: Client, email: string): Promise<void> {
  const data = { ...client, ...parse(forgotInput, { email }) };
  await countLetter(app, client, 'reset', data.email);
  await app.db.prisma.$transaction(async (tx) => {
    await issueToken(tx, 'reset_request', hour, { data });
    await notify(tx, ['mail']);
  });
}

/** Does one noted wish: the letter, if there is an account. */
async function answerOne(app: App): Promise<boolean> {
  return app.db.prisma.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<{ id: string; data: unknown }[]>`
      DELETE FROM one_time_tokens WHERE id = (SELECT id FROM one_time_tokens WHERE purpose = 'reset_request' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, data`;
    if (!row) return false;
    const { email, ...client } = wish.parse(row.data);
    const user = await tx.user.findUnique({ where: { email } });
    if (!user || user.deactivatedAt) return true;
    const token = await replaceToken(tx, 'reset_password', hour, user.id, { email });
    await queueMail(tx, app.secrets, letters.reset(email, pageLink(app.config, 'reset-password', token), client));
    await recordAccountFact(tx, client, 'auth.password_reset_requested', user);
    return true;
  });
}

export function startResetRequests(app: App): WorkLoop {
  return new WorkLoop(app.events, 'mail', 5000, app.log, () => answerOne(app));
}

export const resetInput = z.object({ token: z.string().max(200), password: newPassword });

/** Sets the password of the letter's account, and ends all its sessions. Who can read its mail owns its address, too. */
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
    await tx.user.update({ where: { id: user.id }, data: { passwordHash, emailVerifiedAt: user.emailVerifiedAt ?? new Date() } });
    // Until now nobody had shown that the address is theirs: who signed up with somebody else's may wait in the account for its owner.
    // An address that was changed is verified; this one is as old as the account, and so is nothing in it.
    if (!user.emailVerifiedAt) await forgetOtherWays(tx, user.id, user.createdAt);
    await endTokens(tx, user.id, ['reset_password', 'change_email', 'second_factor', 'link_account', 'oauth_code', 'oauth']);
    const sessions = await endSessions(tx, user.id);
    await recordAccountFact(tx, client, 'auth.password_reset', user, { sessionsEnded: sessions });
    await queueMail(tx, app.secrets, letters.passwordChanged(user.email, client));
  });
}
