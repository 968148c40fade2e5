/** The list of operations: it shows where the page is, finds operations, and knows the addresses they had before. */
export function sidebar(): void {
  const filter = document.querySelector<HTMLInputElement>('#filter');
  const nothing = document.querySelector<HTMLElement>('#nothing');
  const list = document.querySelector<HTMLElement>('#operations');
  const links = [...document.querySelectorAll<HTMLAnchorElement>('#operations a')];
  if (!filter || !nothing || !list) return;
  const open = new Set(list.querySelectorAll('details[open]'));

  const show = (): void => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const link of links) {
      const text = `${link.textContent} ${link.dataset['words']}`.toLowerCase();
      const item = link.parentElement;
      if (item) item.hidden = !words.every((word) => text.includes(word));
    }
    for (const category of list.querySelectorAll('details')) {
      const hit = category.querySelector('li:not([hidden])') !== null;
      category.hidden = !hit;
      category.open = words.length > 0 ? hit : open.has(category);
    }
    nothing.hidden = links.some((link) => !link.parentElement?.hidden);
  };
  const shown = (): HTMLAnchorElement[] => links.filter((link) => link.checkVisibility());

  filter.addEventListener('input', show);
  list.addEventListener('keydown', (event) => {
    const hits = shown();
    const at = hits.findIndex((link) => link.matches(':focus'));
    if (event.key === 'Enter' && event.target === filter && filter.value) hits[0]?.click();
    else if (event.key === 'Escape') {
      filter.value = '';
      show();
    } else if (event.key === 'ArrowDown') hits[at + 1]?.focus();
    else if (event.key === 'ArrowUp' && at >= 0) (hits[at - 1] ?? filter).focus();
    else return;
    event.preventDefault();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || (event.target instanceof HTMLElement && event.target.matches('input, textarea, select')))
      return;
    event.preventDefault();
    filter.focus();
  });

  const current = links.find((link) => link.ariaCurrent);
  if (current) list.scrollTop = current.offsetTop - list.clientHeight / 2;

  // `/docs/api#tag/instances/POST/instances` was the address of an operation.
  const follow = (): void => {
    const anchor = decodeURIComponent(location.hash.slice(1));
    const known = anchor.startsWith('tag/') && links.find((link) => link.dataset['anchor'] === anchor);
    if (known) location.replace(known.href);
  };
  window.addEventListener('hashchange', follow);
  follow();
}
