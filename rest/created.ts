import type { Route } from './route.ts';
import { routes } from './routes.ts';

/** Where that which a route creates can be read, without its id; undefined where no route reads one. */
export function placeOf({ path }: Route): string | undefined {
  return routes.some((other) => other.method === 'get' && other.path === `${path}/{id}`) ? `/api${path}` : undefined;
}
