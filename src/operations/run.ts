import type { OperationStep } from '../../prisma/generated/client/client.ts';
import { isDatabaseDown } from '../database/database.ts';
import { RemoteError } from '../remote/index.ts';
import type { Attempt } from './attempt.ts';
import { FencedError } from './claim.ts';
import { AttemptConnection } from './connection.ts';
import { cancelled, describeError, workerCrashed } from './describe-error.ts';
import { end, maxCrashes, settle } from './ending.ts';
import type { OperationError } from './outcome.ts';
import { restored } from './restored.ts';
import { awayMs, retrying } from './retrying.ts';

/** The steps of one attempt, from the first unfinished one to the end or the clean-up. */
export class Run {
  readonly #attempt: Attempt;
  readonly #cancel = new AbortController();
  /** Ends the steps: the attempt's end, or a cancel. */
  readonly #steps: AbortSignal;

  constructor(attempt: Attempt, shutdown: AbortSignal) {
    this.#attempt = attempt;
    const { hold } = attempt;
    this.#steps = AbortSignal.any([hold.signal, this.#cancel.signal]);
    const stop = (): void => hold.abort('shutdown');
    if (shutdown.aborted) stop();
    shutdown.addEventListener('abort', stop, { signal: hold.signal });
  }

  async run(): Promise<void> {
    const { app, claim, row, hold, lost } = this.#attempt;
    const stopKeeping = claim.keep(lost);
    const stopListening = app.events.on(`cancel:${row.id}`, () => void this.#checkCancel());
    try {
      await this.#checkCancel();
      await this.#work();
    } finally {
      stopKeeping();
      stopListening();
      // What nobody holds any more keeps no listeners and no connection.
      hold.abort('over');
      await claim.log.flush();
    }
  }

  async #checkCancel(): Promise<void> {
    const {
      app,
      row: { id },
    } = this.#attempt;
    const row = await app.db.prisma.operation
      .findUnique({ where: { id }, select: { cancelRequested: true } })
      .catch(() => null);
    if (row?.cancelRequested) this.#cancel.abort('cancelled');
  }

  async #work(): Promise<void> {
    const { app, claim, row, lost } = this.#attempt;
    const { errorCode, errorMessage, errorHint } = row;
    const crashed = claim.crashes >= maxCrashes;
    // It may have ended well after the backup: what a clean-up would remove may be in use.
    if (errorCode === restored.code) return settle(this.#attempt, 'failed', restored);
    // An error that was recorded before the worker was lost: only the clean-up is left to do.
    if (errorCode !== null)
      return end(
        this.#attempt,
        { code: errorCode, message: errorMessage ?? '', hint: errorHint },
        crashed ? 'without clean-up' : 'with clean-up',
      );
    const steps = await app.db.prisma.operationStep.findMany({
      where: { operationId: row.id },
      orderBy: { position: 'asc' },
    });
    const connection = new AttemptConnection(app, claim, this.#steps, lost);
    try {
      for (const step of steps) {
        if (step.status === 'succeeded' || step.status === 'skipped') continue;
        const error = crashed ? workerCrashed : await this.#try(step, steps.length, connection);
        if (error) return await this.#failed(step, this.#cancel.signal.aborted ? cancelled : error);
      }
    } finally {
      await connection.close();
    }
    await settle(this.#attempt, 'succeeded', null);
  }

  /** Runs one step; answers the reason if it failed. */
  async #try(step: OperationStep, count: number, connection: AttemptConnection): Promise<OperationError | null> {
    try {
      this.#mayGoOn();
      await this.#step(step, count, connection);
      return null;
    } catch (error) {
      this.#mayGoOn(error);
      if (this.#cancel.signal.aborted) return cancelled;
      this.#attempt.claim.logger.warn({ err: error, step: step.name }, 'A step failed');
      return describeError(error);
    }
  }

  /** Throws what leaves the operation unfinished: the next attempt goes on from here. */
  #mayGoOn(error?: unknown): void {
    if (error instanceof FencedError || isDatabaseDown(error)) throw error;
    if (this.#attempt.hold.signal.aborted) throw new FencedError();
    if (error === undefined && this.#cancel.signal.aborted)
      throw new RemoteError('remote_cancelled', 'The operation was cancelled');
  }

  /** The error is recorded before the clean-up, which another worker may have to finish. */
  async #failed(step: OperationStep, error: OperationError): Promise<void> {
    const { claim } = this.#attempt;
    const isCancel = error.code === cancelled.code;
    if (!isCancel) claim.log.add(step.name, 'error', error.message);
    await claim.updateStep(
      step.position,
      {
        status: isCancel ? 'cancelled' : 'failed',
        finishedAt: new Date(),
        ...(isCancel ? {} : { message: error.message }),
      },
      { crashes: 0, errorCode: error.code, errorMessage: error.message, errorHint: error.hint },
    );
    await end(this.#attempt, error, 'with clean-up');
  }

  async #step({ position, name }: OperationStep, count: number, connection: AttemptConnection): Promise<void> {
    const { claim, kind } = this.#attempt;
    const base = (100 * position) / count;
    await claim.updateStep(
      position,
      { status: 'running', startedAt: new Date(), progress: 0, message: null },
      { progress: Math.floor(base) },
    );
    let writing: Promise<void> = Promise.resolve();
    let last = -1;
    const context = this.#attempt.context(name, connection, this.#steps, (percent, message) => {
      const rounded = Math.max(0, Math.min(100, Math.floor(percent)));
      if (rounded === last) return;
      last = rounded;
      writing = writing
        .then(() =>
          claim.updateStep(
            position,
            { progress: rounded, ...(message ? { message } : {}) },
            { progress: Math.floor(base + rounded / count) },
          ),
        )
        .catch(() => {});
    });
    const began = performance.now();
    const unbegun = position === 0 && claim.attempt === 1;
    const message = await retrying(
      {
        windowMs: unbegun || kind.definition.onlyLooks ? awayMs.unbegun : awayMs.begun,
        signal: this.#steps,
        say: (text) => claim.log.add(name, 'warning', text),
      },
      () => kind.runStep(name, context),
    );
    await writing;
    claim.logger.info({ step: name, ms: Math.round(performance.now() - began) }, 'A step succeeded');
    await claim.log.flush();
    await claim.updateStep(
      position,
      { status: 'succeeded', progress: 100, finishedAt: new Date(), ...(message ? { message } : {}) },
      { progress: Math.floor((100 * (position + 1)) / count), crashes: 0 },
    );
  }
}
