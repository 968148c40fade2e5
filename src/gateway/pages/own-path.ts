/** Only its path counts: never a real host. */
const nowhere = 'http://own.invalid';

/** Where to go on to, if that is a path of this very installation; else null. Browsers read more than `//` as another host. */
export function ownPath(text: string): string | null {
  if (!text.startsWith('/') || text.length > 2000 || !URL.canParse(text, nowhere)) return null;
  const { origin, pathname, search } = new URL(text, nowhere);
  return origin === nowhere && !pathname.startsWith('//') ? `${pathname}${search}` : null;
}

/** The path with these parameters, those without a value left out. */
export function withQuery(path: string, parameters: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString();
  return query ? `${path}?${query}` : path;
}
