import { AppError } from '../errors.ts';
import { uniqueViolation } from './database.ts';

/**
 * Creates something under the first of the slugs that is free. Those that were made of a name may be taken, which is no
 * mistake of the user; one that was given is the only one.
 *
 * @throws AppError `conflict` when every slug is taken.
 */
export async function withFreeSlug<T>(
  what: string,
  slugs: readonly [string, ...string[]],
  create: (slug: string) => Promise<T>,
): Promise<T> {
  for (const slug of slugs) {
    try {
      return await create(slug);
    } catch (error) {
      if (!uniqueViolation(error)?.includes('slug')) throw error;
    }
  }
  throw slugTaken(what, slugs[0]);
}

export function slugTaken(what: string, slug: string, field = 'slug'): AppError {
  return new AppError('conflict', `${what} with the slug ${slug} already exists`, { field, constraint: 'unique' });
}
