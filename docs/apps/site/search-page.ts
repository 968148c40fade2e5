import { resultItem } from './results.ts';
import { best, find } from './search.ts';

/** The page of the search: all results for `?q=`, and again for what is typed there. */
export function searchPage(): void {
  const input = document.querySelector<HTMLInputElement>('#query');
  const list = document.querySelector('#found');
  const state = document.querySelector('#count');
  if (!input || !list || !state) return;

  const show = async (): Promise<void> => {
    const query = input.value.trim();
    const found = query === '' ? [] : await find(query, 4);
    if (query !== input.value.trim()) return;
    const shown = best(found, 60, 30);
    list.replaceChildren(...shown.map(resultItem));
    state.textContent =
      query === ''
        ? 'Type what you look for.'
        : found.length === 0
          ? `Nothing found for “${query}”. Try another word, or look through the pages at the side.`
          : `${found.length} ${found.length === 1 ? 'result' : 'results'} for “${query}”${shown.length < found.length ? `, the best ${shown.length} of them:` : ''}`;
  };
  input.value = new URLSearchParams(location.search).get('q') ?? '';
  input.addEventListener('input', () => {
    history.replaceState(null, '', input.value === '' ? location.pathname : `?q=${encodeURIComponent(input.value)}`);
    void show();
  });
  void show();
}
