import {
  type Access,
  requireActor,
  requireAdmin,
  requireOneself,
  requireOrg,
  requireOwner,
  requirePermission,
  requirePerson,
} from './access.ts';
import { isPermission, type Permission } from './permissions.ts';

interface AuthScope {
  /** Throws what the request lacks. `value` is what the field declares: true, or a permission. */
  check(access: Access, value: unknown): void;
  accepts(value: unknown): boolean;
  /** Whether an API key can hold it. */
  apiKeys: boolean;
  /** Whether the request must name its organization. */
  organization: boolean;
  /** What the reference says about it. */
  sentence: string;
}

function needs(
  sentence: string,
  options: { apiKeys: boolean; organization: boolean },
  check: (access: Access) => unknown,
): AuthScope {
  return {
    sentence,
    ...options,
    check: (access) => {
      check(access);
    },
    accepts: (value) => value === true,
  };
}

const isKnown = (value: unknown): value is Permission => typeof value === 'string' && isPermission(value);

/** Every auth scope, in the order of the checks. GraphQL, REST and the reference iterate this table, so none can lack one. */
const table = {
  public: needs('Needs no credentials.', { apiKeys: true, organization: false }, () => {}),
  person: needs('Needs a signed-in user.', { apiKeys: false, organization: false }, requirePerson),
  member: needs(
    'Needs a member of the organization of `X-Org-Slug`.',
    { apiKeys: true, organization: true },
    requireOrg,
  ),
  admin: needs('Needs the administrator of this installation.', { apiKeys: false, organization: false }, requireAdmin),
  owner: needs(
    'Needs an Owner of the organization of `X-Org-Slug`.',
    { apiKeys: false, organization: true },
    requireOwner,
  ),
  permission: {
    sentence: 'Needs the permission `…` in the organization of `X-Org-Slug`.',
    apiKeys: true,
    organization: true,
    accepts: isKnown,
    check: (access, value) => {
      if (!isKnown(value)) throw new Error(`${String(value)} is not a known permission`);
      requirePermission(access, value);
    },
  },
  signedIn: needs('Needs a signed-in user.', { apiKeys: true, organization: false }, requireActor),
  /** For changes of what belongs to the person alone, beside the scope that says who may make them. */
  oneself: needs('Needs the person alone.', { apiKeys: true, organization: false }, requireOneself),
  /** For changes that lead to a session or out of it: they work during maintenance, and for whoever impersonates. */
  session: needs('Needs nothing else.', { apiKeys: true, organization: false }, () => {}),
} satisfies Record<string, AuthScope>;

export type AuthScopeName = keyof typeof table;
const names = Object.keys(table).filter((name): name is AuthScopeName => name in table);

/** The check of each scope for one request, as Pothos asks for it. Each throws its own error, which says what is missing. */
export function scopeChecks(access: Access): Record<AuthScopeName, (value: unknown) => boolean> {
  const checkOf =
    (name: AuthScopeName) =>
    (value: unknown): boolean => {
      table[name].check(access, value);
      return true;
    };
  const all = Object.fromEntries(names.map((name) => [name, checkOf(name)]));
  const complete = (checks: object): checks is Record<AuthScopeName, (value: unknown) => boolean> =>
    names.every((name) => name in checks);
  if (!complete(all)) throw new Error('A scope has no check');
  return all;
}

/** What the scopes of one field ask for together. */
export interface Requirement {
  readonly names: ReadonlySet<AuthScopeName>;
  readonly permission: Permission | null;
  readonly apiKeys: boolean;
  readonly organization: boolean;
  readonly sentence: string;
  /** Throws what the request lacks, in the table's order, and then why nothing is changed at present. */
  check(access: Access): void;
}

/** What only narrows other scopes says nothing in the reference. */
const narrowing: readonly AuthScopeName[] = ['person', 'oneself', 'session'];
/** These change what belongs to the person, or what only the person may decide. */
const personal: readonly AuthScopeName[] = ['person', 'owner'];

function requireChangeable(access: Access, scopes: ReadonlySet<AuthScopeName>, inOrganization: boolean): void {
  if (scopes.has('session')) return;
  if (access.frozen) throw access.frozen;
  if (inOrganization && access.orgFrozen) throw access.orgFrozen;
  if (personal.some((name) => scopes.has(name))) requireOneself(access);
}

/** Reads what a field declares in `authScopes`. An unknown name or value throws: nothing would check it. */
export function requirementOf(declared: Readonly<Record<string, unknown>>, isChange: boolean): Requirement {
  const unknown = Object.entries(declared).filter(
    ([name, value]) => !names.some((known) => known === name && table[known].accepts(value)),
  );
  if (unknown.length > 0)
    throw new Error(`Unknown auth scopes: ${unknown.map(([name, value]) => `${name}: ${String(value)}`).join(', ')}`);
  const mine = names.filter((name) => name in declared);
  const told = mine.find((name) => !narrowing.includes(name)) ?? mine[0];
  if (!told) throw new Error('No auth scopes are declared');
  const permission = isKnown(declared['permission']) ? declared['permission'] : null;
  const scopes = new Set(mine);
  const organization = mine.some((name) => table[name].organization);
  return {
    names: scopes,
    permission,
    apiKeys: mine.every((name) => table[name].apiKeys),
    organization,
    sentence: table[told].sentence.replace('…', permission ?? ''),
    check: (access) => {
      for (const name of mine) table[name].check(access, declared[name]);
      if (isChange) requireChangeable(access, scopes, organization);
    },
  };
}
