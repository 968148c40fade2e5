import { slugSchema, slugsFor } from '../slug.ts';

/** Names that stand, or may come to stand, for something of oCore's own in addresses and texts. */
const reserved: ReadonlySet<string> = new Set([
  'admin',
  'administrator',
  'api',
  'app',
  'assets',
  'auth',
  'billing',
  'blog',
  'docs',
  'graphql',
  'healthz',
  'help',
  'internal',
  'invite',
  'join',
  'login',
  'logout',
  'new',
  'null',
  'ocore',
  'org',
  'organization',
  'organizations',
  'orgs',
  'public',
  'readyz',
  'root',
  'security',
  'settings',
  'signin',
  'signup',
  'static',
  'status',
  'support',
  'system',
  'undefined',
  'user',
  'users',
  'webhooks',
  'www',
]);

export const organizationSlug = slugSchema.refine((slug) => !reserved.has(slug), {
  message: 'is reserved; choose another one',
  params: { constraint: 'reserved' },
});

/** Slugs to try for an organization's name, the nicest first. */
export const organizationSlugs = (name: string): [string, ...string[]] => slugsFor(name, 'org', reserved);
