import type { Duplex } from 'node:stream';
import { HttpConnection } from '../http.ts';
import { Semaphore } from '../semaphore.ts';

/** Opens one stream to the engine. */
export type Dial = (signal: AbortSignal) => Promise<Duplex>;

export interface Lease {
  readonly connection: HttpConnection;
  /** Gives the place back; a connection that is still good serves the next call. */
  release(): void;
}

/** The streams to one engine: at most `limit` at once, and those that are idle are used again. */
export class EngineConnections {
  readonly #dial: Dial;
  readonly #places: Semaphore;
  #idle: HttpConnection[] = [];

  constructor(dial: Dial, limit: number) {
    this.#dial = dial;
    this.#places = new Semaphore(limit);
  }

  async take(signal: AbortSignal): Promise<Lease> {
    const free = await this.#places.acquire(signal);
    try {
      this.#idle = this.#idle.filter((connection) => connection.usable);
      const connection = this.#idle.pop() ?? new HttpConnection(await this.#dial(signal), 'http://docker');
      return {
        connection,
        release: () => {
          if (connection.usable && this.#idle.length < 2) this.#idle.push(connection);
          else connection.discard();
          free();
        },
      };
    } catch (error) {
      free();
      throw error;
    }
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.discard();
  }
}
