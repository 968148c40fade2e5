import { AppError } from '../errors.ts';
import { uniqueViolation } from './database.ts';

/** Slugs to try, and the field of the request that they come from. */
interface WantedSlugs {
  field: 'slug' | 'name';
  slugs: readonly [string, ...string[]];
}

/** The slug that was given, or else those that are made of the name. */
export const wantedSlugs = (given: string | null | undefined, ofName: () => [string, ...string[]]): WantedSlugs =>
  given ? { field: 'slug', slugs: [given] } : { field: 'name', slugs: ofName() };

/**
 * Creates something under the first of the slugs that is free. Those that were made of a name may be taken, which is no
 * mistake of the user; one that was given is the only one.
 *
 * @throws AppError `conflict` when every slug is taken.
 */
export async function withFreeSlug<T>(
  what: string,
  { field, slugs }: WantedSlugs,
  create: (slug: string) => Promise<T>,
): Promise<T> {
  for (const slug of slugs) {
    try {
      return await create(slug);
    } catch (error) {
      if (!uniqueViolation(error)?.includes('slug')) throw error;
    }
  }
  throw slugTaken(what, slugs[0], field);
}

export function slugTaken(what: string, slug: string, field = 'slug'): AppError {
  return new AppError('conflict', `${what} with the slug ${slug} already exists`, { field, constraint: 'unique' });
}
