import { partOf, textOf } from '../sign-in/session.ts';
import { eventsOf } from './events.ts';
import { coloured, made } from './made.ts';
import { follow } from './progress.ts';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The operation that a response speaks of, if it still works. */
function operationIn(answer: unknown): string {
  const isOperation = textOf(answer, 'kind') !== '' && partOf(answer, 'steps') !== undefined;
  if (!isOperation) return textOf(answer, 'operationId');
  return ['queued', 'running'].includes(textOf(answer, 'status')) ? textOf(answer, 'id') : '';
}

function errorOf(answer: unknown): HTMLElement[] {
  const error = partOf(answer, 'error');
  const code = textOf(error, 'code');
  if (!code) return [];
  const link = made('a', '', `What ${code} means`);
  link.href = `/docs/errors/${encodeURIComponent(code)}`;
  return [made('p', 'bad', textOf(error, 'message')), made('p', '', link)];
}

/** Shows a response: its status, what it says of an error or an operation, its headers and its body. */
export async function showAnswer(
  place: HTMLElement,
  response: Response,
  ms: number,
  slug: string,
  signal: AbortSignal,
): Promise<void> {
  const code = made('code', '');
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  const status = made(
    'p',
    `head ${response.ok ? 'good' : 'bad'}`,
    made('strong', '', `${response.status} ${response.statusText}`),
    ` in ${Math.round(ms)} ms`,
  );
  const live = made('section', 'progress');
  const body = made('pre', 'code', code);
  body.dataset['title'] = response.headers.get('content-type')?.split(';')[0] ?? 'No body';
  const kept = made('details', '', made('summary', '', 'Headers'), made('pre', 'code', made('code', '', headers)));

  if (body.dataset['title'] === 'text/event-stream') {
    place.replaceChildren(status, kept, body);
    for await (const { id, event, data } of eventsOf(response)) {
      code.append(made('span', 'soft', `${event}${id && ` ${id}`}  `), ...coloured(data), '\n');
      code.scrollTop = code.scrollHeight;
    }
    return;
  }
  const text = await response.text();
  const answer = parsed(text);
  code.replaceChildren(...(answer === undefined ? [text] : coloured(JSON.stringify(answer, null, 2))));
  place.replaceChildren(status, ...errorOf(answer), live, body, kept);
  body.hidden = text === '';
  const operation = response.ok ? operationIn(answer) : '';
  if (operation) await follow(live, operation, slug, signal);
}
