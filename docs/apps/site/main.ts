import './site.css';

interface Entry {
  title: string;
  url: string;
  text: string;
}

function isEntry(value: unknown): value is Entry {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['title', 'url', 'text'].every((name) => typeof Reflect.get(value, name) === 'string')
  );
}

let index: Promise<Entry[]> | undefined;

async function load(): Promise<Entry[]> {
  const answer: unknown = await (await fetch('/docs/search.json')).json();
  return Array.isArray(answer) ? answer.filter(isEntry) : [];
}

/** Pages with all the words; those with a word in their title first. */
function find(entries: readonly Entry[], words: readonly string[]): Entry[] {
  return entries
    .filter((entry) => words.every((word) => `${entry.title} ${entry.text}`.toLowerCase().includes(word)))
    .map((entry) => ({
      entry,
      score: words.filter((word) => entry.title.toLowerCase().includes(word)).length - entry.title.length / 1000,
    }))
    .sort((one, other) => other.score - one.score)
    .slice(0, 8)
    .map(({ entry }) => entry);
}

const input = document.querySelector<HTMLInputElement>('#search');
const results = document.querySelector<HTMLElement>('#results');

async function search(): Promise<void> {
  if (!input || !results) return;
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  index ??= load();
  const found = words.length === 0 ? [] : find(await index, words);
  results.replaceChildren(
    ...found.map((entry) => {
      const link = document.createElement('a');
      link.href = entry.url;
      link.textContent = entry.title;
      return link;
    }),
  );
  results.hidden = words.length === 0;
  if (words.length > 0 && found.length === 0) results.textContent = 'Nothing found';
}

input?.addEventListener('input', () => {
  void search();
});
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !(event.target instanceof HTMLInputElement)) {
    event.preventDefault();
    input?.focus();
  }
  if (event.key === 'Escape' && results) results.hidden = true;
  if (event.key === 'Enter' && event.target === input) results?.querySelector('a')?.click();
});

for (const block of document.querySelectorAll('pre.code')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(block.querySelector('code')?.textContent ?? '').then(() => {
      button.textContent = 'Copied';
      setTimeout(() => {
        button.textContent = 'Copy';
      }, 1500);
    });
  });
  block.append(button);
}
