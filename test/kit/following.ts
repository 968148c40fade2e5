import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { Answer, type Client } from './client.ts';

/** A subscriber who may leave in the middle, and what it was told so far. */
export interface Follower {
  readonly told: readonly Answer[];
  /** When the server ends the subscription or the socket. */
  readonly ended: Promise<void>;
  leave(): void;
}

export function follow(by: Client, query: string, variables: Record<string, unknown> = {}): Follower {
  const told: Answer[] = [];
  const client = createClient({
    url: `${by.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${by.token ?? ''}`, 'x-org-slug': by.org ?? '' },
  });
  const ended = new Promise<void>((resolve) => {
    client.subscribe(
      { query, variables },
      {
        next: (event) => told.push(new Answer(200, new Headers(), event)),
        error: (error) => {
          told.push(new Answer(200, new Headers(), { errors: error }));
          resolve();
        },
        complete: resolve,
      },
    );
  });
  return { told, ended, leave: () => void client.dispose() };
}
