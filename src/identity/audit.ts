import { type Said, writeEntry } from '../audit/entry.ts';
import type { Prisma, PrismaClient, Tx } from '../database/database.ts';
import type { AccountEventName } from '../events/catalogue/catalogue.ts';
import type { Client } from '../access/client.ts';

interface Account {
  id: string | null;
  email: string;
}

/** An entry about a person's own account, which belongs to no organization. */
export function recordAccountFact<Name extends AccountEventName>(
  tx: Tx | PrismaClient,
  client: Client,
  action: Name,
  user: Account,
  ...said: Said<Name>
): Promise<void>;
export function recordAccountFact(
  tx: Tx | PrismaClient,
  client: Client,
  action: AccountEventName,
  user: Account,
  after?: Prisma.InputJsonValue,
): Promise<void> {
  return writeEntry(tx, client, {
    orgId: null,
    action,
    resourceType: 'user',
    resourceId: user.id,
    resourceName: user.email,
    actor: { type: 'user', id: user.id, name: user.email },
    after,
  });
}
