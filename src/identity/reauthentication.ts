import type { User } from '../../prisma/generated/client/client.ts';
import { type Access, requirePerson } from '../access/access.ts';
import type { App } from '../app.ts';
import { validationError } from '../errors.ts';
import type { Client } from '../access/client.ts';
import { requireRecent } from './recent.ts';
import { getAccount } from './profile.ts';

/** The account, after its password was given; where it has none, a recent sign-in stands in. */
export async function requirePassword(
  app: App,
  access: Access,
  client: Client,
  password: string | null | undefined,
  field: string,
): Promise<User> {
  const user = await getAccount(app, requirePerson(access).userId);
  if (user.passwordHash === null) return requireRecent(app, access, client, {});
  if (!password) throw validationError([{ field, constraint: 'required', message: `${field} is required` }]);
  return requireRecent(app, access, client, { password });
}
