import { z } from 'zod';
import type { Passkey } from '../../prisma/generated/client/client.ts';
import { type Access, requirePerson } from '../access/access.ts';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { AppError, notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { type Page, type PageArgs, page, foundById } from '../lists.ts';
import { parse } from '../parse.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { deviceLabel } from './fields.ts';
import { requireRecent } from './recent.ts';
import { accountIn } from './profile.ts';
import { notifyAccount } from './security-notice.ts';

export const renameInput = z.object({ deviceName: deviceLabel });

export function listPasskeys(app: App, access: Access, args: PageArgs): Promise<Page<Passkey>> {
  const { userId } = requirePerson(access);
  const where = { userId };
  return page(`passkeys of ${userId}`, args, {
    find: (seek) => app.db.prisma.passkey.findMany(foundById(where, seek)),
    count: () => app.db.prisma.passkey.count({ where }),
  });
}

async function own(tx: Tx, userId: string, id: string) {
  const passkey = isId(id) ? await tx.passkey.findFirst({ where: { id, userId } }) : null;
  if (!passkey) throw notFound('passkey', id);
  return { ...passkey, user: await accountIn(tx, userId) };
}

export function getPasskey(app: App, access: Access, id: string): Promise<Passkey> {
  return own(app.db.prisma, requirePerson(access).userId, id);
}

export async function renamePasskey(
  app: App,
  access: Access,
  client: Client,
  id: string,
  given: string,
): Promise<Passkey> {
  const { deviceName } = parse(renameInput, { deviceName: given });
  const { userId } = requirePerson(access);
  return app.db.prisma.$transaction(async (tx) => {
    const before = await own(tx, userId, id);
    await recordAccountFact(tx, client, 'auth.passkey_renamed', before.user, {
      before: before.deviceName,
      passkey: deviceName,
    });
    return tx.passkey.update({ where: { id }, data: { deviceName } });
  });
}

/** Removes a passkey, unless the account could then not be signed in to any more. */
export async function deletePasskey(
  app: App,
  access: Access,
  client: Client,
  id: string,
  given: { password?: string | null | undefined },
): Promise<void> {
  const { userId } = requirePerson(access);
  await own(app.db.prisma, userId, id);
  await requireRecent(app, access, client, given);
  await app.db.prisma.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM users WHERE id = ${userId}::uuid FOR UPDATE`;
    const { user, deviceName } = await own(tx, userId, id);
    const others =
      (await tx.passkey.count({ where: { userId, id: { not: id } } })) +
      (await tx.connectedAccount.count({ where: { userId } }));
    if (!user.passwordHash && others === 0)
      throw new AppError(
        'conflict',
        'This passkey is your only sign-in method; set a password or add another passkey first',
        { constraint: 'last_sign_in_method' },
      );
    await tx.passkey.delete({ where: { id } });
    await recordAccountFact(tx, client, 'auth.passkey_removed', user, { passkey: deviceName });
    await notifyAccount(tx, app, user, client, 'A passkey was removed', deviceName);
  });
}
