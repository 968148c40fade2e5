import type { GraphQLField } from 'graphql';
import { scopesOf } from '../../schema/deny-by-default.ts';

/** Who may use a field, as its `authScopes` declare it. */
export interface Scope {
  public: boolean;
  person: boolean;
  owner: boolean;
  /** Any member of the organization. */
  member: boolean;
  admin: boolean;
  permission: string | null;
}

export function scopeOf(field: GraphQLField<unknown, unknown>): Scope {
  const scopes = scopesOf(field) ?? {};
  const has = (name: string): boolean => scopes[name] === true;
  const { permission } = scopes;
  return { public: has('public'), person: has('person'), owner: has('owner'), member: has('member'), admin: has('admin'), permission: typeof permission === 'string' ? permission : null };
}

/** Whether the organization must be named. */
export function inOrganization(scope: Scope): boolean {
  return scope.permission !== null || scope.owner || scope.member;
}

/** The scope in words, for the description of an operation. */
export function scopeInWords(scope: Scope): string {
  if (scope.public) return 'Needs no credentials.';
  if (scope.admin) return 'Needs the administrator of this installation.';
  if (scope.owner) return 'Needs an Owner of the organization of `X-Org-Slug`.';
  if (scope.member) return 'Needs a member of the organization of `X-Org-Slug`.';
  const who = scope.person ? ' An API key cannot do this.' : '';
  return scope.permission ? `Needs the permission \`${scope.permission}\` in the organization of \`X-Org-Slug\`.${who}` : `Needs a signed-in user.${who}`;
}

/** The organization is named beside the credentials wherever something of it is asked for. */
export function securityOf(scope: Scope): { [scheme: string]: string[] }[] {
  if (scope.public) return [];
  if (scope.admin) return [{ administrator: [] }];
  const organization: { [scheme: string]: string[] } = inOrganization(scope) ? { organization: [] } : {};
  return [{ accessToken: [], ...organization }, ...(scope.person || scope.owner ? [] : [{ apiKey: [], ...organization }])];
}
