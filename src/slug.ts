import anyAscii from 'any-ascii';
import { z } from 'zod';
import { newId } from './ids.ts';

export const slugSchema = z
  .string()
  .min(3)
  .max(50)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must consist of lower-case letters and digits, separated by single hyphens');

/** A slug out of a name in any script; `fallback` where the name has neither letters nor digits. */
export function slugify(name: string, fallback: string): string {
  const slug = anyAscii(name.normalize('NFC'))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50)
    .replace(/-+$/, '');
  return slug.length >= 3 ? slug : [fallback, slug].filter(Boolean).join('-');
}

/** A slug like this one that nothing else has. */
export function withSuffix(slug: string): string {
  return `${slug.slice(0, 40).replace(/-+$/, '')}-${newId().slice(-6)}`;
}

/** Slugs to try for a name, the nicest first. */
export function slugsFor(
  name: string,
  fallback: string,
  reserved: ReadonlySet<string> = new Set(),
): [string, ...string[]] {
  const slug = slugify(name, fallback);
  return reserved.has(slug) ? [withSuffix(slug)] : [slug, withSuffix(slug)];
}
