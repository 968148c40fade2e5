import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Client } from '../kit/client.ts';

/** How long a request is sent again while the gateway or its database is away. */
export const patienceMs = 90_000;

/** Sends a request again until it is answered: with one Idempotency-Key, so that a change is then known to have happened once or not at all. */
export async function persistently(client: Client, method: string, path: string, body?: unknown): Promise<Answer> {
  const headers: Record<string, string> = method === 'GET' ? {} : { 'idempotency-key': randomUUID() };
  const until = Date.now() + patienceMs;
  for (;;) {
    const answer = await client.request(method, `/api${path}`, body, headers).catch((error: unknown) => {
      // What fetch throws when there is no connection, or no more of it.
      if (error instanceof TypeError) return undefined;
      throw error;
    });
    const isAway =
      answer === undefined || answer.status === 503 || answer.at('error.code') === 'idempotency_in_progress';
    if (answer && answer.status >= 500 && !isAway)
      throw new Error(`${method} ${path} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
    if (answer && !isAway) return answer;
    if (Date.now() > until)
      throw new Error(
        `${method} ${path} was not answered within ${patienceMs / 1000} s; last: ${answer?.status ?? 'no connection'}`,
      );
    await sleep(300);
  }
}
