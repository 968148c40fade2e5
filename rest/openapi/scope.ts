import type { Requirement } from '../../src/access/auth-scopes.ts';

/** The requirement in words, for the description of an operation. */
export function scopeInWords({ names, sentence }: Requirement): string {
  // Where only people may come, the other sentences do not say so.
  const people = names.has('person') && !names.has('member');
  return `${sentence}${people ? ' An API key cannot do this.' : ''}`;
}

/** The organization is named beside the credentials wherever something of it is asked for. */
export function securityOf({ names, organization, apiKeys }: Requirement): { [scheme: string]: string[] }[] {
  if (names.has('public')) return [];
  if (names.has('admin')) return [{ administrator: [] }];
  const named: { [scheme: string]: string[] } = organization ? { organization: [] } : {};
  return [{ accessToken: [], ...named }, ...(apiKeys ? [{ apiKey: [], ...named }] : [])];
}
