import { setTimeout as sleep } from 'node:timers/promises';

/** What a stream may bring at once, and each second after that. More than a busy Odoo says, less than what keeps a processor busy. */
const burst = 8 * 1024 ** 2;
const perSecond = 1024 ** 2;

/** Slows the reading of one stream down: a server that sends without end takes no processor from the others. */
export class Pace {
  #left = burst;
  #at = performance.now();

  /** Waits until so many bytes may be read. Rejects when the signal aborts. */
  async take(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    const now = performance.now();
    this.#left = Math.min(burst, this.#left + ((now - this.#at) / 1000) * perSecond) - bytes;
    this.#at = now;
    if (this.#left < 0) await sleep((-this.#left / perSecond) * 1000, undefined, { signal });
  }
}
