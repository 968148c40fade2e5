import type { Duplex } from 'node:stream';
import { HttpConnection } from '../http.ts';
import { Semaphore } from '../../semaphore.ts';
import { within } from '../within.ts';

/** Opens one stream to the engine. */
export type Dial = (signal: AbortSignal) => Promise<Duplex>;

export interface Lease {
  readonly connection: HttpConnection;
  /** Gives the place back; a connection that is still good serves the next call. */
  release(): void;
}

/** How long a call waits for its turn. */
const turnMs = 15_000;
/** How long a connection is kept that nobody uses. */
const idleMs = 60_000;

/** The streams to one engine: at most `limit` at once, and those that are idle are used again. */
export class EngineConnections {
  readonly #dial: Dial;
  readonly #places: Semaphore;
  /** Responses that go on for long leave a place for what is asked beside them. */
  readonly #long: Semaphore;
  readonly #limits: { calls: number; long: number };
  readonly #idle = new Map<HttpConnection, NodeJS.Timeout>();

  constructor(dial: Dial, limit: number) {
    this.#dial = dial;
    this.#limits = { calls: limit, long: Math.max(1, limit - 1) };
    this.#places = new Semaphore(this.#limits.calls);
    this.#long = new Semaphore(this.#limits.long);
  }

  /** A connection for one call; `long`: for one whose response goes on, as that of a log that is followed. */
  async take(signal: AbortSignal, long?: 'long'): Promise<Lease> {
    const { calls, long: streams } = this.#limits;
    const free: (() => void)[] = [];
    const release = (): void => {
      for (const one of free) one();
    };
    try {
      if (long) free.push(await this.#turn(this.#long, `one of ${streams} streams`, signal));
      free.push(await this.#turn(this.#places, `one of ${calls} connections to the Docker engine`, signal));
      const connection = this.#takeIdle() ?? new HttpConnection(await this.#dial(signal), 'http://docker');
      return {
        connection,
        release: () => {
          if (connection.usable && this.#idle.size < 2) this.#keep(connection);
          else connection.discard();
          release();
        },
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  #turn(places: Semaphore, what: string, signal: AbortSignal): Promise<() => void> {
    return within({ what: `Waiting for ${what}`, ms: turnMs, signal }, (limit) => places.acquire(limit));
  }

  /** Ends those that nobody uses. */
  endIdle(): void {
    for (const connection of [...this.#idle.keys()]) this.#forget(connection).discard();
  }

  #takeIdle(): HttpConnection | undefined {
    for (const connection of [...this.#idle.keys()]) {
      this.#forget(connection);
      if (connection.usable) return connection;
    }
    return undefined;
  }

  #keep(connection: HttpConnection): void {
    const timer = setTimeout(() => this.#forget(connection).discard(), idleMs);
    this.#idle.set(connection, timer.unref());
  }

  #forget(connection: HttpConnection): HttpConnection {
    clearTimeout(this.#idle.get(connection));
    this.#idle.delete(connection);
    return connection;
  }
}
