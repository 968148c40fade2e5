import { refusalOf } from '../backup-destinations/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import type { ContainerLine } from '../remote/index.ts';
import type { Repository } from './repository.ts';

/** Restic says so before it waits, up to a quarter of an hour, whatever the reason is. */
const retries = /returned error, retrying after/;

/**
 * Asks a destination itself when restic tries again there: whom it refuses, it refuses in a quarter of an hour as well. Its
 * signal ends the run then.
 */
export class RefusalWatch {
  readonly #context: Pick<StepContext<unknown>, 'app' | 'log'>;
  readonly #destinationIds: readonly string[];
  readonly #found = new AbortController();
  #asking = false;

  constructor(context: Pick<StepContext<unknown>, 'app' | 'log'>, { destinationId, readsFrom }: Repository) {
    this.#context = context;
    this.#destinationIds = [destinationId, readsFrom].filter((id) => typeof id === 'string');
  }

  get signal(): AbortSignal {
    return this.#found.signal;
  }

  take({ stream, line }: Pick<ContainerLine, 'stream' | 'line'>): void {
    if (stream !== 'stderr' || this.#asking || !retries.test(line)) return;
    this.#asking = true;
    void this.refusal().then((refusal) => {
      this.#asking = false;
      if (refusal) this.#found.abort(refusal);
    });
  }

  /** What a destination refuses with now; undefined where none does, or where that cannot be found out. */
  async refusal(): Promise<StepError | undefined> {
    try {
      for (const id of this.#destinationIds) {
        const refusal = await refusalOf(this.#context.app, id);
        if (refusal) return refused(refusal.message);
      }
    } catch (error) {
      this.#context.log('warning', `The destination could not be asked: ${String(error)}`);
    }
    return undefined;
  }
}

export const refused = (reason: string): StepError =>
  new StepError(
    'destination_refused',
    `The destination refuses: ${reason}`,
    'Test the destination, correct its credentials or what they may do, then try again.',
  );
