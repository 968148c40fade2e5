/**
 * One read for all who were woken by the same event: those that ask for the same key within one turn of the event loop
 * share it. It starts after the wake-up, so it sees the change. The key names everything that the read depends on.
 */
export class SharedReads<T> {
  readonly #reads = new Map<string, Promise<T>>();

  get(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#reads.get(key);
    if (known) return known;
    const started = read();
    this.#reads.set(key, started);
    setImmediate(() => this.#reads.delete(key));
    return started;
  }
}
