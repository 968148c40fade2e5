import { RemoteError } from './errors.ts';

export interface Bounds {
  /** What takes so long, as the beginning of a sentence. */
  what: string;
  ms: number;
  signal?: AbortSignal | undefined;
}

/** A deadline and a cancel in one signal, which aborts with the error to tell. */
export class Deadline {
  readonly #ending = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #cancel: AbortSignal | undefined;

  constructor({ what, ms, signal }: Bounds) {
    this.#timer = setTimeout(
      () => this.#ending.abort(new RemoteError('remote_timeout', `${what} took longer than ${ms / 1000} s`)),
      ms,
    );
    this.#cancel = signal;
    signal?.addEventListener('abort', this.#cancelled);
    if (signal?.aborted) this.#cancelled();
  }

  readonly #cancelled = (): void => {
    // The reason of a wider deadline is told as it is.
    const reason: unknown = this.#cancel?.reason;
    this.#ending.abort(
      reason instanceof RemoteError ? reason : new RemoteError('remote_cancelled', 'The work was cancelled'),
    );
  };

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Rejects as soon as the signal aborts, whether the work heeds it or not. */
  async race<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    return new Promise<T>((resolve, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason));
      work(this.signal).then(resolve, reject);
    });
  }

  /** What had to be there in time is there: from now on only the cancel counts. */
  met(): void {
    clearTimeout(this.#timer);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#cancel?.removeEventListener('abort', this.#cancelled);
  }
}

/** Runs the work until its deadline or its cancel, whichever comes first. */
export async function within<T>(bounds: Bounds, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new Deadline(bounds);
  try {
    return await deadline.race(work);
  } finally {
    deadline.close();
  }
}

/** One signal of those that are there. */
export function anySignal(...signals: (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}
