/**
 * Until when a claim holds, by two clocks: the monotonic one, which no correction moves, and the wall clock, which also
 * counts the time that a paused virtual machine slept. Both run from before the statement that made or renewed the lease,
 * so the database never thinks that it ended earlier than its holder does.
 */
export class Lease {
  readonly ms: number;
  #monotonic = Number.NEGATIVE_INFINITY;
  #wall = Number.NEGATIVE_INFINITY;

  constructor(seconds: number) {
    this.ms = seconds * 1000;
  }

  /** Runs the statement that makes or renews the lease; counts from before it if it says that it did. */
  async during<T>(statement: () => Promise<T>, held: (answer: T) => boolean): Promise<T> {
    const [monotonic, wall] = [performance.now(), Date.now()];
    const answer = await statement();
    if (held(answer)) [this.#monotonic, this.#wall] = [monotonic, wall];
    return answer;
  }

  /** How long it holds yet, less a margin for what lies between asking and acting. Not above 0: it must not be used. */
  get remainingMs(): number {
    const spent = Math.max(performance.now() - this.#monotonic, Date.now() - this.#wall);
    return this.ms * 0.8 - spent;
  }
}
