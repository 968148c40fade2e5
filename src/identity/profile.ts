import { z } from 'zod';
import type { User } from '../../prisma/generated/client/client.ts';
import { type Access, requirePerson, sessionEnded } from '../access/access.ts';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { parse } from '../parse.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { personName } from './fields.ts';

export const profileInput = z.object({
  name: personName.nullish(),
  avatarUrl: z
    .url({ protocol: /^https$/, error: 'must be a URL that begins with https://' })
    .max(2000)
    .nullish(),
});

/** Changes the profile; an absent field stays as it is, a null picture is taken away. */
export async function updateProfile(app: App, access: Access, client: Client, given: unknown): Promise<User> {
  const { name, avatarUrl } = parse(profileInput, given);
  const { userId } = requirePerson(access);
  return app.db.prisma.$transaction(async (tx) => {
    const before = await accountIn(tx, userId);
    const after = await tx.user.update({
      where: { id: userId },
      data: { ...(name ? { name } : {}), ...(avatarUrl === undefined ? {} : { avatarUrl }) },
    });
    await recordAccountFact(tx, client, 'auth.profile_updated', after, {
      name: { from: before.name, to: after.name },
      avatarUrl: { from: before.avatarUrl, to: after.avatarUrl },
    });
    return after;
  });
}

/** The person's own account. Whose account has just been deleted is signed out. */
export async function accountIn(tx: Tx, userId: string): Promise<User> {
  const account = await tx.user.findUnique({ where: { id: userId } });
  if (!account) throw sessionEnded();
  return account;
}

export const getAccount = (app: App, userId: string): Promise<User> => accountIn(app.db.prisma, userId);

export function getAccounts(app: App, ids: string[]): Promise<User[]> {
  return app.db.prisma.user.findMany({ where: { id: { in: ids } } });
}
