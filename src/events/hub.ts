import { EventEmitter } from 'node:events';
import pg from 'pg';
import type { Logger } from 'pino';
import { z } from 'zod';
import { connecting } from '../database/connecting.ts';
import { Prisma, type Tx } from '../database/database.ts';

const channel = 'ocore';

/** What travels through NOTIFY: ids only, the reader fetches the row with its own permissions. */
const wakeUp = z.object({ topic: z.string(), id: z.string().optional(), created: z.literal(true).optional() });

export type Topic = `${string}:${string}` | 'mail' | 'keys' | 'queue' | 'audit' | 'settings' | 'outbox' | 'webhooks';

/** A change of one row among many: who listens to the topic of all hears which. */
export interface Change {
  topic: Topic;
  id: string;
  /** Whether the row is new. */
  created?: true;
}

/** Wakes every listener of the topics when the transaction commits; nothing is sent when it rolls back. */
export async function notify(tx: Tx, topics: readonly (Topic | Change)[]): Promise<void> {
  if (topics.length > 0) await tx.$queryRaw`SELECT ${notifying(topics)}`;
}

/** `notify` as a part of a statement. */
export function notifying(topics: readonly (Topic | Change)[]): Prisma.Sql {
  const payloads = topics.map((topic) => JSON.stringify(typeof topic === 'string' ? { topic } : topic));
  return Prisma.sql`count(pg_notify(${channel}, payload)::text) FROM unnest(${payloads}::text[]) AS payload`;
}

/**
 * One LISTEN connection for the process. A listener hears "look again", never data; after a lost connection everyone
 * is woken once, so that nothing is missed between two connections.
 */
export class EventHub {
  readonly #url: string;
  readonly #log: Logger;
  readonly #emitter = new EventEmitter().setMaxListeners(0);
  #client: pg.Client | undefined;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(url: string, log: Logger) {
    this.#url = url;
    this.#log = log;
  }

  async start(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, ...connecting });
    client.on('notification', (message) => this.#receive(message.payload ?? ''));
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client, new Error('The connection ended')));
    await client.connect();
    await client.query(`LISTEN ${channel}`);
    this.#client = client;
    this.#emitter.emit('*');
  }

  /**
   * Calls `listener` after each wake-up of the topic, with the row that changed if that is told, and without one after a
   * reconnect. Returns the way to stop.
   */
  on(given: Topic, listener: (change?: Change) => void): () => void {
    // An id may be given in any case.
    const topic = given.toLowerCase();
    this.#emitter.on(topic, listener);
    this.#emitter.on('*', listener);
    return () => {
      this.#emitter.off(topic, listener);
      this.#emitter.off('*', listener);
    };
  }

  /** Yields once at the start and then once for each wake-up or burst of them, until the signal aborts. */
  async *wakeUps(topics: readonly Topic[], signal: AbortSignal): AsyncGenerator<void> {
    let pending = true;
    let wake = (): void => {};
    const listener = (): void => {
      pending = true;
      wake();
    };
    const stops = topics.map((topic) => this.on(topic, listener));
    signal.addEventListener('abort', listener);
    try {
      while (!signal.aborted) {
        if (!pending)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        if (signal.aborted) return;
        pending = false;
        yield;
      }
    } finally {
      signal.removeEventListener('abort', listener);
      for (const stop of stops) stop();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#client?.end().catch(() => {});
  }

  #receive(payload: string): void {
    const message = wakeUp.safeParse(JSON.parse(payload));
    if (!message.success) return;
    const { id, topic, ...rest } = message.data;
    if (id === undefined) this.#emitter.emit(topic.toLowerCase());
    else this.#emitter.emit(topic.toLowerCase(), { topic, id, ...rest });
  }

  #lost(client: pg.Client, error: Error): void {
    if (this.#closed || this.#client !== client) return;
    this.#client = undefined;
    this.#log.warn({ err: error }, 'The event connection was lost; reconnecting');
    this.#reconnect();
  }

  #reconnect(): void {
    this.#retry = setTimeout(() => {
      this.start().catch(() => this.#reconnect());
    }, 500);
  }
}
