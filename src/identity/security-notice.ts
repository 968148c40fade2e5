import type { User } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { type Letter, queueMail, nameInMail } from '../mail/index.ts';
import type { Client } from '../access/client.ts';
import { deviceName } from './device-name.ts';
import { forgotLink, notYou } from './letters.ts';

type Addressee = Pick<User, 'email' | 'emailVerifiedAt'>;

/**
 * Writes to a person what happened to the account. An address that nobody has shown to be theirs may be a stranger's, put there
 * to flood it: it gets at most a few e-mails an hour.
 */
export async function queueNotice(tx: Tx, app: App, user: Addressee, letter: Letter): Promise<void> {
  if (!user.emailVerifiedAt) {
    try {
      await app.limits.countAttempt('mail', 'notice', user.email);
    } catch (error) {
      if (error instanceof AppError && error.code === 'rate_limit_exceeded') return;
      throw error;
    }
  }
  await queueMail(tx, app.secrets, letter);
}

/**
 * Tells a person by mail what changed in the security of the account, so that a change by somebody else is noticed.
 * `what` is our own text; `name` was chosen by a user and is in the body only.
 */
export async function notifyAccount(
  tx: Tx,
  app: App,
  user: Addressee & Pick<User, 'name'>,
  client: Client,
  what: string,
  name?: string,
): Promise<void> {
  await queueNotice(tx, app, user, {
    to: user.email,
    subject: `oCore: ${what}`,
    text: `Hello ${nameInMail(user.name)},

${what}${name === undefined ? '' : `: ${nameInMail(name)}`}.

When: ${new Date().toUTCString()}
From: ${deviceName(client.userAgent)}, ${client.ipAddress ?? 'unknown address'}

${notYou(forgotLink(app.config))}
`,
  });
}
