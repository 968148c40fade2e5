import { z } from 'zod';
import type { Client } from './client.ts';
import type { GraphqlRequest, RestRequest } from './fields.ts';

const shape = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        extensions: z.object({ code: z.string(), details: z.record(z.string(), z.unknown()).optional() }),
      }),
    )
    .optional(),
});
const refusal = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()).optional() }),
});

/** What a request came to, whichever way it went. */
export interface Outcome {
  /** The error's code; null when there was none. */
  code: string | null;
  details: Readonly<Record<string, unknown>>;
  message: string;
  data: unknown;
  /** The HTTP status; of GraphQL it says little. */
  status: number;
}

function outcomeOf(status: number, body: unknown): Outcome {
  const { data, errors } = shape.parse(body);
  const error = errors?.[0];
  return {
    code: error?.extensions.code ?? null,
    details: error?.extensions.details ?? {},
    message: error?.message ?? '',
    data,
    status,
  };
}

/** The first event of a subscription; one that says nothing for a while was accepted. */
async function firstEvent(client: Client, request: GraphqlRequest): Promise<Outcome> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 5000);
  try {
    const response = await fetch(`${client.url}/graphql`, {
      method: 'POST',
      signal: stop.signal,
      headers: { ...client.headers(), accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
      return outcomeOf(response.status, await response.json());
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString('utf8');
      const data = /^data: (\{.*\})$/m.exec(text)?.[1];
      if (data) return outcomeOf(response.status, JSON.parse(data));
    }
    return { code: null, details: {}, message: '', data: undefined, status: response.status };
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return { code: null, details: {}, message: '', data: undefined, status: 200 };
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

export async function callGraphql(client: Client, request: GraphqlRequest): Promise<Outcome> {
  if (request.query.startsWith('subscription')) return firstEvent(client, request);
  const answer = await client.graphql(request.query, request.variables);
  return outcomeOf(answer.status, answer.body);
}

export async function callRest(client: Client, { method, path, body, headers }: RestRequest): Promise<Outcome> {
  const sent = body ?? (method === 'GET' || method === 'DELETE' ? undefined : {});
  const answer = await client.request(method, path, sent, headers);
  if (answer.status < 400) return { code: null, details: {}, message: '', data: answer.body, status: answer.status };
  const { error } = refusal.parse(answer.body);
  return {
    code: error.code,
    details: error.details ?? {},
    message: error.message,
    data: undefined,
    status: answer.status,
  };
}

/** Runs the work for all, some at a time. */
export async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const one = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, one));
}
