import type { Logger } from 'pino';
import type { EventHub, Topic } from './hub.ts';

/**
 * Does small work that waits in a table: woken by its topic, and from time to time, since a wake-up may be lost or come
 * too early. `work` does one piece and says whether there may be more.
 */
export class WorkLoop {
  readonly #work: () => Promise<boolean>;
  readonly #log: Logger;
  readonly #stopListening: () => void;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(events: EventHub, topic: Topic, everyMs: number, log: Logger, work: () => Promise<boolean>) {
    this.#work = work;
    this.#log = log;
    this.#stopListening = events.on(topic, () => this.wake());
    this.#timer = setInterval(() => this.wake(), everyMs);
    this.wake();
  }

  wake(): void {
    this.#again = true;
    if (this.#stopped || this.#running) return;
    this.#running = this.#drain().finally(() => {
      this.#running = undefined;
    });
  }

  /** Ends after the piece of work at hand. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#stopListening();
    await this.#running;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#again && !this.#stopped) this.#again = await this.#more();
    } catch (error) {
      // The timer tries again.
      this.#log.warn({ err: error }, 'Waiting work failed; it will be retried');
    }
  }

  async #more(): Promise<boolean> {
    this.#again = false;
    const more = await this.#work();
    return more || this.#again;
  }
}
