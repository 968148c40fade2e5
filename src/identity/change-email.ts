import { z } from 'zod';
import type { Access } from '../access/access.ts';
import type { App } from '../app.ts';
import { type Tx, uniqueViolation } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { queueMail } from '../mail/index.ts';
import { parse } from '../parse.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { emailSchema } from './fields.ts';
import { countingTokens, countLetter } from './letter-limits.ts';
import { forgotLink, letters, pageLink } from './letters.ts';
import { endTokens, issueToken, replaceToken, takeToken } from './one-time-tokens.ts';
import { forgetOtherWays } from './other-ways.ts';
import { requirePassword } from './reauthentication.ts';
import { queueNotice } from './security-notice.ts';
import { endSessions } from './sessions.ts';
import { wrongLink } from './verification.ts';

const day = 86400;
export const input = z.object({ newEmail: emailSchema, password: z.string().max(256).nullish() });
/** `askedAt`: when the change was asked for; second factors from before belong to who owned the account then. */
const about = z.object({ newEmail: z.string(), oldEmail: z.string(), askedAt: z.coerce.date().optional() });

/** Asks the new address to confirm. The response does not tell whether it has an account of its own. */
export async function changeEmail(app: App, access: Access, client: Client, given: unknown): Promise<void> {
  const { newEmail, password } = parse(input, given);
  const user = await requirePassword(app, access, client, password, 'password');
  if (user.email === newEmail)
    throw new AppError('conflict', 'This is already your e-mail address', { field: 'newEmail', constraint: 'same' });
  await countLetter(app, client, 'change', newEmail);
  await app.db.prisma.$transaction(async (tx) => {
    const taken = await tx.user.findUnique({ where: { email: newEmail }, select: { id: true } });
    const data = { newEmail, oldEmail: user.email, askedAt: new Date().toISOString() };
    const token = await replaceToken(tx, 'change_email', day, user.id, data);
    await queueMail(
      tx,
      app.secrets,
      taken
        ? letters.emailTaken(newEmail, client)
        : letters.confirmNewEmail(newEmail, pageLink(app.config, 'verify-email-change', token), client),
    );
    await queueNotice(tx, app, user, letters.emailChangeAsked(user.email, newEmail, forgotLink(app.config), client));
    await recordAccountFact(tx, client, 'auth.email_change_requested', user, { newEmail });
  });
}

async function move(tx: Tx, userId: string, to: string): Promise<void> {
  await tx.user.update({ where: { id: userId }, data: { email: to, emailVerifiedAt: new Date() } });
  // E-mails to the address before mean nothing any more.
  await endTokens(tx, userId, ['verify_email', 'reset_password', 'change_email']);
}

function takenSince(error: unknown): never {
  if (uniqueViolation(error) === undefined) throw error;
  throw new AppError('conflict', 'Another account has this e-mail address now', {
    field: 'email',
    constraint: 'unique',
  });
}

/** The new address is confirmed; the old one gets a way back. */
export async function confirmEmailChange(app: App, client: Client, token: string): Promise<void> {
  await countingTokens(app, client, () =>
    app.db.prisma
      .$transaction(async (tx) => {
        const row = await takeToken(tx, 'change_email', token);
        const user = row?.userId ? await tx.user.findUnique({ where: { id: row.userId } }) : null;
        if (!row || !user || user.deactivatedAt) throw wrongLink();
        const { newEmail, oldEmail, askedAt = row.createdAt } = about.parse(row.data);
        if (user.email !== oldEmail) throw wrongLink();
        await move(tx, user.id, newEmail);
        const data = { newEmail, oldEmail, askedAt: askedAt.toISOString() };
        const undo = await issueToken(tx, 'undo_email_change', 7 * day, { userId: user.id, data });
        await queueMail(
          tx,
          app.secrets,
          letters.emailChanged(oldEmail, newEmail, pageLink(app.config, 'undo-email-change', undo), client),
        );
        await recordAccountFact(
          tx,
          client,
          'auth.email_changed',
          { id: user.id, email: newEmail },
          { oldEmail, newEmail },
        );
      })
      .catch(takenSince),
  );
}

/**
 * Undoes the change, for a person whose account was taken over. All sign-in methods that the attacker may know or have
 * added since are removed; a new password must be set. Second factors from before the change stay, because the link
 * may also be opened by someone who reads the owner's former mailbox.
 */
export async function undoEmailChange(app: App, client: Client, token: string): Promise<void> {
  await countingTokens(app, client, () =>
    app.db.prisma
      .$transaction(async (tx) => {
        const row = await takeToken(tx, 'undo_email_change', token);
        const user = row?.userId ? await tx.user.findUnique({ where: { id: row.userId } }) : null;
        if (!row || !user) throw wrongLink();
        const { newEmail, oldEmail, askedAt = row.createdAt } = about.parse(row.data);
        await move(tx, user.id, oldEmail);
        await endTokens(tx, user.id, ['undo_email_change', 'second_factor', 'link_account', 'oauth_code', 'oauth']);
        await forgetOtherWays(tx, user.id, askedAt);
        await tx.user.update({ where: { id: user.id }, data: { passwordHash: null } });
        await endSessions(tx, user.id);
        await recordAccountFact(
          tx,
          client,
          'auth.email_change_undone',
          { id: user.id, email: oldEmail },
          { oldEmail, newEmail },
        );
      })
      .catch(takenSince),
  );
}
