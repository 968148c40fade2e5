import { newId } from '../ids.ts';
import { slugify, slugSchema } from '../slug.ts';

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

/** Slugs to try for a name, the nicest first. */
export function slugsFor(name: string): string[] {
  const slug = slugify(name, 'org');
  const unique = `${slug.slice(0, 40).replace(/-+$/, '')}-${newId().slice(-6)}`;
  return reserved.has(slug) ? [unique] : [slug, unique];
}
