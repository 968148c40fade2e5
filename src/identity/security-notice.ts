import type { App } from '../app.ts';
import type { Tx } from '../db.ts';
import { queueMail } from '../mail/index.ts';
import type { Client } from './client.ts';
import { deviceName } from './device-name.ts';

/** Tells a person by mail what changed in the security of the account, so that a change by somebody else is noticed. */
export async function notifyAccount(tx: Tx, app: App, user: { email: string; name: string }, client: Client, what: string): Promise<void> {
  await queueMail(tx, app.secrets, {
    to: user.email,
    subject: `oCore: ${what}`,
    text: `Hello ${user.name},

${what}.

When: ${new Date().toUTCString()}
From: ${deviceName(client.userAgent)}, ${client.ipAddress ?? 'unknown address'}

If this was not you, change your password at ${app.config.APP_URL} and end all other sessions there.
`,
  });
}
