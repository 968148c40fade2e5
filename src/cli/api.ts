import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { z } from 'zod';

/** The public API as the demo uses it: nothing here that another client could not do. */
export class Api {
  readonly url: string;
  token = '';
  org = '';

  constructor(url: string) {
    this.url = url;
  }

  async call<T>(shape: z.ZodType<T>, method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(this.token ? { authorization: `Bearer ${this.token}`, 'x-org-slug': this.org } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok)
      throw new Error(z.object({ error: z.object({ message: z.string() }) }).parse(answer).error.message);
    return shape.parse(answer);
  }

  /** The public subscription, from the operation's present state to its last. */
  async *operation(id: string): AsyncGenerator<OperationState> {
    const client = createClient({
      url: `${this.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${this.token}`, 'x-org-slug': this.org },
    });
    try {
      const query =
        'subscription ($id: ID!) { operationUpdated(id: $id) { status progress error { message hint } steps { title status progress message } } }';
      for await (const event of client.iterate({ query, variables: { id } }))
        yield operationEvent.parse(event).data.operationUpdated;
    } finally {
      await client.dispose();
    }
  }
}

const state = z.object({
  status: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
  progress: z.number(),
  error: z.object({ message: z.string(), hint: z.string().nullable() }).nullable(),
  steps: z.array(
    z.object({
      title: z.string(),
      status: z.enum(['pending', 'running', 'succeeded', 'failed', 'skipped', 'cancelled']),
      progress: z.number(),
      message: z.string().nullable(),
    }),
  ),
});
export type OperationState = z.infer<typeof state>;
const operationEvent = z.object({ data: z.object({ operationUpdated: state }) });
