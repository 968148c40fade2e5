import type { Route } from './route.ts';
import { routes } from './routes.ts';

/**
 * Where that which a route creates can be read, without its id: below the route's own path, or, of `/projects/{id}/environments`,
 * below `/environments`. Undefined where no route reads one.
 */
export function placeOf({ path }: Route): string | undefined {
  const place = [path, path.slice(path.lastIndexOf('/'))].find((candidate) => routes.some((other) => other.method === 'get' && other.path === `${candidate}/{id}`));
  return place && `/api${place}`;
}
