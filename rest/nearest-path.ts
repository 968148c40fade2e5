import { slip } from '../src/did-you-mean.ts';

const segmentsOf = (path: string): string[] => path.split('/').filter(Boolean);

/** How far a path is from a route, segment by segment; what stands for an id is as good as any. */
function slips(given: readonly string[], route: readonly string[]): number | undefined {
  if (given.length !== route.length) return undefined;
  let sum = 0;
  for (const [index, wanted] of route.entries()) {
    const steps = wanted.startsWith('{') ? 0 : slip(given[index] ?? '', wanted);
    if (steps === undefined) return undefined;
    sum += steps;
  }
  return sum;
}

/** The route that was meant, as the documentation writes it; undefined where none is near. */
export function nearestPath(path: string, routes: readonly string[]): string | undefined {
  const given = segmentsOf(path);
  let best: { route: string; steps: number } | undefined;
  for (const route of routes) {
    const steps = slips(given, segmentsOf(route));
    if (steps !== undefined && steps < (best?.steps ?? Number.POSITIVE_INFINITY)) best = { route, steps };
  }
  return best?.route;
}
