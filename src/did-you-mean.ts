import { distance } from 'fastest-levenshtein';

/** One spelling for `adminEmail`, `admin_email` and `Admin-Email`. */
const plain = (text: string): string => text.toLowerCase().replace(/[_-]/g, '');

const longest = 100;

/** How far a slip of the hand is from what was meant; undefined where it cannot have been meant. */
export function slip(given: string, known: string): number | undefined {
  if (given.length > longest) return undefined;
  const [one, other] = [plain(given), plain(known)];
  if (one.length > 2 && other.startsWith(one)) return 1;
  const steps = distance(one, other);
  return steps <= Math.ceil(Math.min(one.length, other.length) / 3) ? steps : undefined;
}

/** Which of the known names was meant; undefined where none is near. */
export function nearest(given: string, known: Iterable<string>): string | undefined {
  let best: { name: string; steps: number } | undefined;
  for (const name of known) {
    const steps = slip(given, name);
    if (steps !== undefined && steps < (best?.steps ?? Number.POSITIVE_INFINITY)) best = { name, steps };
  }
  return best?.name;
}

/** So many names are read at a glance. */
const fewNames = 15;

/** What follows "x is not a field": the name that was meant, or all that there are. Only names of the API itself go in. */
export function didYouMean(given: string, known: readonly string[]): string {
  const name = nearest(given, known);
  if (name !== undefined) return `; did you mean ${name}?`;
  return known.length > 0 && known.length <= fewNames ? `; there are ${known.join(', ')}` : '';
}
