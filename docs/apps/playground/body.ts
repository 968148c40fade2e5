import type { Known } from '../sign-in/newest.ts';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The editor of a body: it says where JSON is broken, and adds fields with their examples. */
export function bodyEditor(form: HTMLFormElement, changed: () => void): (newest: ReadonlyMap<string, Known>) => void {
  const text = form.querySelector<HTMLTextAreaElement>('textarea');
  const add = form.querySelector<HTMLSelectElement>('#add');
  const full = parsed(form.querySelector('#full')?.textContent ?? '');
  if (!text || !add) return () => {};
  let known: ReadonlyMap<string, Known> = new Map();

  const write = (value: unknown): void => {
    text.value = JSON.stringify(value, null, 2);
    text.dispatchEvent(new Event('input', { bubbles: true }));
  };
  // An example's id is nobody's: the organization's newest takes its place.
  const example = (name: string, value: unknown): unknown => known.get(name)?.id ?? value;
  const offer = (): void => {
    text.rows = Math.min(24, Math.max(5, text.value.split('\n').length + 1));
    const now = text.value.trim() ? parsed(text.value) : {};
    text.setCustomValidity('');
    if (text.value.trim() && now === undefined)
      try {
        JSON.parse(text.value);
      } catch (error) {
        text.setCustomValidity(error instanceof Error ? error.message : String(error));
      }
    if (!isObject(full) || !isObject(now)) {
      add.hidden = true;
      return;
    }
    const missing = Object.keys(full).filter((name) => !(name in now));
    add.hidden = missing.length === 0;
    add.replaceChildren(add.options[0] ?? '', ...missing.map((name) => new Option(name)));
  };
  add.addEventListener('change', () => {
    const now = text.value.trim() ? parsed(text.value) : {};
    if (isObject(full) && isObject(now)) write({ ...now, [add.value]: example(add.value, full[add.value]) });
  });
  text.addEventListener('input', () => {
    offer();
    changed();
  });
  offer();
  return (newest) => {
    known = newest;
    const now = parsed(text.value);
    const untouched = text.value === text.defaultValue;
    if (untouched && isObject(now) && Object.keys(now).some((name) => known.has(name)))
      write(Object.fromEntries(Object.entries(now).map(([name, value]) => [name, example(name, value)])));
  };
}
