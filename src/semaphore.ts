/** At most `limit` holders at once; the others wait in turn, or until their signal aborts. */
export class Semaphore {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Whether who comes now has to wait. */
  get full(): boolean {
    return this.#free === 0;
  }

  /** Takes a place and gives the function that frees it. An aborted signal rejects with its reason. */
  async acquire(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(signal);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const [next] = this.#waiting;
      if (next) next();
      else this.#free += 1;
    };
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const next = (): void => {
        leave();
        resolve();
      };
      const aborted = (): void => {
        leave();
        reject(signal?.reason);
      };
      const leave = (): void => {
        this.#waiting.delete(next);
        signal?.removeEventListener('abort', aborted);
      };
      this.#waiting.add(next);
      signal?.addEventListener('abort', aborted);
    });
  }
}
