import type { User as Account } from '../prisma/generated/client/client.ts';
import { countRecoveryCodes, getAccounts } from '../src/identity/index.ts';
import { countOrganizations } from '../src/members/index.ts';
import { AppError, notFound } from '../src/errors.ts';
import type { Context } from './context.ts';
import { loaderFor, type PersonRow } from './loaders.ts';

/** As its own person or an administrator is given it, or as somebody else is. */
export type UserRow = PersonRow | Account;

function requireOwnOrAdmin({ access }: Context, id: string): void {
  if (access.isAdmin || (access.sessionId !== null && access.userId === id)) return;
  throw new AppError('forbidden', 'Only the user and administrators of this installation can see this', {
    actor: 'person',
  });
}

function counted(ids: string[], counts: ReadonlyMap<string, number>): { id: string; count: number }[] {
  return ids.map((id) => ({ id, count: counts.get(id) ?? 0 }));
}

const accounts = loaderFor(({ app }, ids) => getAccounts(app, ids));
const recoveryCodes = loaderFor(async ({ app }, ids) => counted(ids, await countRecoveryCodes(app, ids)));
const organizations = loaderFor(async ({ app }, ids) => counted(ids, await countOrganizations(app, ids)));

/** All of the account, whichever way it was reached. */
async function accountOf(row: UserRow, context: Context): Promise<Account> {
  if ('passwordHash' in row) return row;
  requireOwnOrAdmin(context, row.id);
  const account = await accounts(context).load(row.id);
  if (!account) throw notFound('user', row.id);
  return account;
}

/** Resolves what only the account's own person and administrators see. */
export function ofAccount<T>(fact: (account: Account) => T) {
  return (row: UserRow, _args: object, context: Context): T | Promise<T> =>
    'passwordHash' in row ? fact(row) : accountOf(row, context).then(fact);
}

/** How many recovery codes it has left. */
export async function recoveryCodesOf(row: UserRow, _args: object, context: Context): Promise<number> {
  const { id } = await accountOf(row, context);
  return (await recoveryCodes(context).load(id))?.count ?? 0;
}

/** How many organizations it belongs to, for administrators. */
export async function organizationCountOf(row: UserRow, _args: object, context: Context): Promise<number | null> {
  if (!context.access.isAdmin) return null;
  return (await organizations(context).load(row.id))?.count ?? 0;
}
