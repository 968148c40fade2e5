/** What a form of the page will send. */
export interface Prepared {
  method: string;
  address: string;
  headers: [string, string][];
  body: string | undefined;
}

const values = (form: HTMLFormElement, place: string): [string, string][] =>
  [...form.querySelectorAll<HTMLInputElement | HTMLSelectElement>(`[data-in=${place}]`)]
    .map((input): [string, string] => [input.name, input.value.trim()])
    // What is left empty is not sent.
    .filter(([, value]) => value !== '');

/** The request without its token, which neither the page nor a copied example shows. */
export function prepared(form: HTMLFormElement, slug: string): Prepared {
  const path = values(form, 'path').reduce(
    (route, [name, value]) => route.replace(`{${name}}`, encodeURIComponent(value)),
    form.dataset['path'] ?? '',
  );
  const query = new URLSearchParams(values(form, 'query')).toString();
  const headers = values(form, 'header');
  const has = (wanted: string): boolean => headers.some(([name]) => name === wanted);
  if (form.dataset['organization'] !== undefined && !has('X-Org-Slug')) headers.unshift(['X-Org-Slug', slug]);
  const body = form.querySelector('textarea')?.value.trim();
  if (body) headers.push(['Content-Type', 'application/json']);
  return {
    method: form.dataset['method'] ?? 'GET',
    address: `/api${path}${query ? `?${query}` : ''}`,
    headers,
    body: body || undefined,
  };
}
