import type { Client } from './client.ts';

/** The events of a stream of server-sent events, with its comments. */
export async function* events(
  client: Client,
  path: string,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): AsyncGenerator<{ id: string | undefined; event: string | undefined; data: string | undefined; comment: boolean }> {
  const response = await fetch(`${client.url}/api${path}`, {
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${client.token ?? ''}`,
      'x-org-slug': client.org ?? '',
      ...headers,
    },
    ...(signal ? { signal } : {}),
  });
  if (!response.ok || !response.body) throw new Error(`${response.status} ${await response.text()}`);
  const type = response.headers.get('content-type');
  if (!type?.includes('text/event-stream')) throw new Error(`Not a stream: ${type}`);
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      yield { id: field('id'), event: field('event'), data: field('data'), comment: block.startsWith(':') };
    }
  }
}
