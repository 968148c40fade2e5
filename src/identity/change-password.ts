import { z } from 'zod';
import type { Access } from '../access/access.ts';
import type { App } from '../app.ts';
import { parse } from '../parse.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { newPassword, requireImpersonal } from './fields.ts';
import { forgotLink, letters } from './letters.ts';
import { endTokens } from './one-time-tokens.ts';
import { hashPassword } from './passwords.ts';
import { requirePassword } from './reauthentication.ts';
import { queueNotice } from './security-notice.ts';
import { endSessions } from './sessions.ts';

export const input = z.object({
  currentPassword: z.string().max(256).nullish(),
  newPassword,
  revokeOtherSessions: z.boolean().nullish(),
});

/** Changes the password, or sets the first one of an account that has none. */
export async function changePassword(app: App, access: Access, client: Client, given: unknown): Promise<void> {
  const { currentPassword, newPassword: password, revokeOtherSessions } = parse(input, given);
  const user = await requirePassword(app, access, client, currentPassword, 'currentPassword');
  requireImpersonal(password, user);
  const passwordHash = await hashPassword(password);
  await app.db.prisma.$transaction(async (tx) => {
    await tx.user.update({ where: { id: user.id }, data: { passwordHash } });
    await endTokens(tx, user.id, ['reset_password', 'second_factor']);
    const sessions = revokeOtherSessions ? await endSessions(tx, user.id, access.sessionId) : 0;
    await recordAccountFact(tx, client, 'auth.password_changed', user, { sessionsEnded: sessions });
    await queueNotice(tx, app, user, letters.passwordChanged(user.email, forgotLink(app.config), client));
  });
}
