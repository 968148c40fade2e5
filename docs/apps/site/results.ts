import type { Found } from './search.ts';

const around = 160;

/** The part of a text where the words are. */
function excerptOf(text: string, words: readonly string[]): string {
  const lower = text.toLowerCase();
  const places = words.map((word) => lower.indexOf(word.toLowerCase())).filter((place) => place >= 0);
  const first = places.length === 0 ? 0 : Math.min(...places);
  const from = first < around / 2 ? 0 : text.lastIndexOf(' ', first - around / 3) + 1;
  const end = text.length - from <= around ? text.length : text.lastIndexOf(' ', from + around);
  return `${from > 0 ? '… ' : ''}${text.slice(from, end)}${end < text.length ? ' …' : ''}`;
}

/** A text with the words marked. */
function marked(text: string, words: readonly string[]): (string | HTMLElement)[] {
  const escaped = words.filter((word) => word.length > 1).map((word) => word.replace(/[^\p{L}\p{N}_]/gu, '\\$&'));
  if (escaped.length === 0) return [text];
  return text.split(new RegExp(`(${escaped.join('|')})`, 'iu')).map((part, index) => {
    if (index % 2 === 0) return part;
    const mark = document.createElement('mark');
    mark.textContent = part;
    return mark;
  });
}

function line(name: string, ...content: (string | HTMLElement)[]): HTMLElement {
  const span = document.createElement('span');
  span.className = name;
  span.append(...content);
  return span;
}

/** A result as a link: what it is, its title, and where in it the words are. */
export function resultItem({ entry, words }: Found): HTMLLIElement {
  const link = document.createElement('a');
  link.href = entry.url;
  const title = entry.heading ? `${entry.title} › ${entry.heading}` : entry.title;
  const head = line('head', line(`kind ${entry.kind.toLowerCase()}`, entry.kind), ' ', line('title', title));
  link.append(head, line('excerpt', ...marked(excerptOf(entry.text, words), words)));
  const item = document.createElement('li');
  item.append(link);
  return item;
}
