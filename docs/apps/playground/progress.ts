import { signedFetch } from '../sign-in/fresh.ts';
import { listOf, partOf, textOf } from '../sign-in/session.ts';
import { eventsOf } from './events.ts';
import { made } from './made.ts';

const query = `subscription Progress($id: ID!) {
  operationUpdated(id: $id) { kind status progress steps { title status progress message } error { message hint } }
}`;

const marks: Readonly<Record<string, string>> = {
  succeeded: '✔',
  running: '▸',
  failed: '✖',
  cancelled: '–',
  skipped: '–',
};

function draw(place: HTMLElement, operation: unknown): void {
  const progress = Number(partOf(operation, 'progress') ?? 0);
  const bar = made('progress', '');
  bar.max = 100;
  bar.value = progress;
  const error = partOf(operation, 'error');
  place.replaceChildren(
    made('p', 'head', made('strong', '', textOf(operation, 'kind')), ` ${textOf(operation, 'status')}, ${progress} %`),
    bar,
    made(
      'ul',
      '',
      ...listOf(operation, 'steps').map((step) => {
        const status = textOf(step, 'status');
        const more = textOf(step, 'message') || (status === 'running' ? `${partOf(step, 'progress')} %` : '');
        return made(
          'li',
          status,
          made('span', 'mark', marks[status] ?? '·'),
          ` ${textOf(step, 'title')}`,
          more ? made('span', 'soft', ` – ${more}`) : '',
        );
      }),
    ),
    ...(error ? [made('p', 'bad', `${textOf(error, 'message')} ${textOf(error, 'hint')}`)] : []),
  );
}

/** Follows an operation until it ends, by the subscription of GraphQL. */
export async function follow(place: HTMLElement, id: string, slug: string, signal: AbortSignal): Promise<void> {
  const response = await signedFetch('/graphql', {
    method: 'POST',
    headers: { Accept: 'text/event-stream', 'Content-Type': 'application/json', 'X-Org-Slug': slug },
    body: JSON.stringify({ query, variables: { id } }),
    signal,
  });
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return;
  for await (const { event, data } of eventsOf(response)) {
    if (event !== 'next') continue;
    const operation = partOf(partOf(JSON.parse(data), 'data'), 'operationUpdated');
    if (operation) draw(place, operation);
  }
}
