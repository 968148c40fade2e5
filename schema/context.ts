import { type Access, type OrgScope, requireActor, requireOrg } from '../src/access/access.ts';
import type { App } from '../src/app.ts';
import type { AccessTokens } from '../src/identity/tokens.ts';
import type { Client } from '../src/identity/service.ts';

/** What every resolver is given; made anew for each operation, so that permissions are never older than that. */
export interface Context {
  app: App;
  tokens: AccessTokens;
  access: Access;
  client: Client;
  /** Asks for the permissions again: long-lived subscriptions do after every change of access. */
  reauthenticate: () => Promise<Access>;
}

/** The tenant boundary of this request. */
export function orgScope(context: Context): OrgScope {
  return { orgId: requireOrg(context.access).id, actor: requireActor(context.access), ...context.client };
}
