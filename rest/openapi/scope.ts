import type { GraphQLField } from 'graphql';

/** Who may use a field, as its `authScopes` declare it. */
export interface Scope {
  public: boolean;
  permission: string | null;
}

export function scopeOf(field: GraphQLField<unknown, unknown>): Scope {
  const options: unknown = field.extensions['pothosOptions'];
  const scopes: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'authScopes') : undefined;
  if (typeof scopes !== 'object' || scopes === null) return { public: false, permission: null };
  const permission: unknown = Reflect.get(scopes, 'permission');
  return { public: Reflect.get(scopes, 'public') === true, permission: typeof permission === 'string' ? permission : null };
}

/** The scope in words, for the description of an operation. */
export function scopeInWords(scope: Scope): string {
  if (scope.public) return 'Needs no credentials.';
  return scope.permission ? `Needs the permission \`${scope.permission}\` in the organization of \`X-Org-Slug\`.` : 'Needs a signed-in user.';
}

/** The organization is named beside the credentials wherever a permission is asked for. */
export function securityOf(scope: Scope): { [scheme: string]: string[] }[] {
  if (scope.public) return [];
  return scope.permission ? [{ accessToken: [], organization: [] }, { apiKey: [], organization: [] }] : [{ accessToken: [] }];
}
