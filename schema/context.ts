import type { Access } from '../src/access/access.ts';
import type { Client } from '../src/access/client.ts';
import type { Permission } from '../src/access/permissions.ts';
import { type OrgScope, scopeOf } from '../src/access/scope.ts';
import type { App } from '../src/app.ts';
import type { AccessTokens, Browser } from '../src/identity/index.ts';

/** What every resolver is given; created for each operation, so that permissions are never older than the operation. */
export interface Context {
  app: App;
  tokens: AccessTokens;
  access: Access;
  client: Client;
  /** The browser's cookies, and the way to set them in the response. */
  browser: Browser;
  /** The address of the page about an error. */
  docUrl: (code: string) => string;
  /** Asks for the permissions again: long-lived subscriptions do after every change of access. */
  reauthenticate: () => Promise<Access>;
  /** The permission that the root field declares: given to its resolver, so that it cannot ask for another one. */
  permission?: Permission;
}

/** The tenant boundary of this request, for the permission of the root field or, below it and without one, for what is given. */
export function orgScope(
  context: Context,
  permission: Permission | 'member' | undefined = context.permission,
): OrgScope {
  if (!permission) throw new Error('Only a field that declares a permission has an organization to work in');
  return scopeOf(context.app.db.tenants, context.access, permission, context.client);
}
