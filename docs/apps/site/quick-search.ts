import { resultItem } from './results.ts';
import { best, find } from './search.ts';

/** The search in the head of each page: the best results while one types, all of them with Enter. */
export function quickSearch(): void {
  const input = document.querySelector<HTMLInputElement>('#search');
  const box = document.querySelector<HTMLElement>('#results');
  const list = box?.querySelector('ul');
  const state = box?.querySelector<HTMLElement>('[role=status]');
  if (!input || !box || !list || !state) return;

  const show = async (): Promise<void> => {
    const query = input.value.trim();
    box.hidden = query === '';
    if (query === '') return;
    const found = await find(query, 2);
    // The answer to what stood there before.
    if (query !== input.value.trim()) return;
    list.replaceChildren(...best(found, 8, 6).map(resultItem));
    state.textContent = found.length === 0 ? 'Nothing found' : 'Enter shows all results';
  };
  input.addEventListener('input', () => void show());
  input.addEventListener('focus', () => void show());

  const close = (): void => {
    box.hidden = true;
  };
  document.addEventListener('click', (event) => {
    if (event.target instanceof Node && !box.contains(event.target) && event.target !== input) close();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !(event.target instanceof HTMLInputElement)) {
      event.preventDefault();
      input.focus();
    }
    if (event.key === 'Escape') close();
    if (box.hidden || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
    const places: Element[] = [input, ...list.querySelectorAll('a')];
    const at = document.activeElement ? places.indexOf(document.activeElement) : -1;
    if (at < 0) return;
    event.preventDefault();
    const next = places[at + (event.key === 'ArrowDown' ? 1 : -1)];
    if (next instanceof HTMLElement) next.focus();
  });
}
