import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation, OperationStep } from '../../prisma/generated/client/client.ts';
import type { FactScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { isDatabaseDown } from '../database/database.ts';
import { RemoteError } from '../remote/index.ts';
import { type Claim, FencedError } from './claim.ts';
import { AttemptConnection } from './connection.ts';
import { cancelled, describeError, workerCrashed } from './describe-error.ts';
import type { OperationError, Outcome, StepContext } from './kind.ts';
import type { KindRegistry, RunnableKind } from './registry.ts';
import { retrying } from './retrying.ts';
import { settleOperation, stateOf } from './settle.ts';

/** How many workers in a row a step may take with it. */
const maxCrashes = 5;
/** How long a server may be away: before anything was begun there, after that, and while it is cleaned up. */
const awayMs = { first: 16_000, later: 60_000, cleanup: 25_000 };
const cleanupMs = 420_000;

class Run {
  readonly #app: App;
  readonly #claim: Claim;
  readonly #kind: RunnableKind;
  readonly #row: Operation;
  readonly #scope: FactScope;
  /** Ends everything: the claim was lost, or the program is stopping. */
  readonly #hold = new AbortController();
  readonly #cancel = new AbortController();
  /** Ends the steps: that, or a cancel. */
  readonly #steps = AbortSignal.any([this.#hold.signal, this.#cancel.signal]);
  #state: ReturnType<typeof stateOf>;

  constructor(app: App, claim: Claim, kind: RunnableKind, row: Operation, shutdown: AbortSignal) {
    this.#app = app;
    this.#claim = claim;
    this.#kind = kind;
    this.#row = row;
    this.#state = stateOf(row.state);
    this.#scope = { orgId: row.orgId, actor: { type: row.createdById ? 'user' : 'system', id: row.createdById, name: row.createdById ? '' : 'oCore' }, requestId: row.requestId, ipAddress: null, userAgent: null };
    const stop = (): void => this.#hold.abort('shutdown');
    if (shutdown.aborted) stop();
    shutdown.addEventListener('abort', stop, { signal: this.#hold.signal });
  }

  readonly #lost = (): void => this.#hold.abort('lost');

  async run(): Promise<void> {
    const stopKeeping = this.#claim.keep(this.#lost);
    const stopListening = this.#app.events.on(`cancel:${this.#row.id}`, () => void this.#checkCancel());
    try {
      await this.#checkCancel();
      await this.#work();
    } finally {
      stopKeeping();
      stopListening();
      // What nobody holds any more keeps no listeners and no connection.
      this.#hold.abort('over');
      await this.#claim.log.flush();
    }
  }

  async #checkCancel(): Promise<void> {
    const row = await this.#app.db.prisma.operation.findUnique({ where: { id: this.#row.id }, select: { cancelRequested: true } }).catch(() => null);
    if (row?.cancelRequested) this.#cancel.abort('cancelled');
  }

  async #work(): Promise<void> {
    const { errorCode, errorMessage, errorHint } = this.#row;
    const crashed = this.#claim.crashes >= maxCrashes;
    // An error that was recorded before the worker was lost: only the clean-up is left to do.
    if (errorCode !== null) return this.#end({ code: errorCode, message: errorMessage ?? '', hint: errorHint }, crashed ? 'without clean-up' : 'with clean-up');
    const steps = await this.#app.db.prisma.operationStep.findMany({ where: { operationId: this.#row.id }, orderBy: { position: 'asc' } });
    const connection = new AttemptConnection(this.#app, this.#claim, this.#steps, this.#lost);
    try {
      for (const step of steps) {
        if (step.status === 'succeeded' || step.status === 'skipped') continue;
        const error = crashed ? workerCrashed : await this.#try(step, steps.length, connection);
        if (error) return await this.#failed(step, this.#cancel.signal.aborted ? cancelled : error);
      }
    } finally {
      await connection.close();
    }
    await this.#settle('succeeded', null);
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
      this.#app.log.warn({ err: error, operationId: this.#row.id, requestId: this.#row.requestId, step: step.name }, 'A step failed');
      return describeError(error);
    }
  }

  /** Throws what leaves the operation unfinished: the next attempt goes on from here. */
  #mayGoOn(error?: unknown): void {
    if (error instanceof FencedError || isDatabaseDown(error)) throw error;
    if (this.#hold.signal.aborted) throw new FencedError();
    if (error === undefined && this.#cancel.signal.aborted) throw new RemoteError('remote_cancelled', 'The operation was cancelled');
  }

  /** The error is recorded before the clean-up, which another worker may have to finish. */
  async #failed(step: OperationStep, error: OperationError): Promise<void> {
    const isCancel = error.code === cancelled.code;
    if (!isCancel) this.#claim.log.add(step.name, 'error', error.message);
    await this.#claim.updateStep(step.position, { status: isCancel ? 'cancelled' : 'failed', finishedAt: new Date(), ...(isCancel ? {} : { message: error.message }) },
      { crashes: 0, errorCode: error.code, errorMessage: error.message, errorHint: error.hint });
    await this.#end(error, 'with clean-up');
  }

  async #step({ position, name }: OperationStep, count: number, connection: AttemptConnection): Promise<void> {
    const base = (100 * position) / count;
    await this.#claim.updateStep(position, { status: 'running', startedAt: new Date(), progress: 0, message: null }, { progress: Math.floor(base) });
    let writing: Promise<void> = Promise.resolve();
    let last = -1;
    const context = this.#context(name, connection, this.#steps, (percent, message) => {
      const rounded = Math.max(0, Math.min(100, Math.floor(percent)));
      if (rounded === last) return;
      last = rounded;
      writing = writing.then(() => this.#claim.updateStep(position, { progress: rounded, ...(message ? { message } : {}) }, { progress: Math.floor(base + rounded / count) })).catch(() => {});
    });
    const message = await retrying({ windowMs: position === 0 ? awayMs.first : awayMs.later, signal: this.#steps, say: (text) => this.#claim.log.add(name, 'warning', text) }, () => this.#kind.runStep(name, context));
    await writing;
    await this.#claim.log.flush();
    await this.#claim.updateStep(position, { status: 'succeeded', progress: 100, finishedAt: new Date(), ...(message ? { message } : {}) }, { progress: Math.floor((100 * (position + 1)) / count), crashes: 0 });
  }

  #context(step: string, connection: AttemptConnection, signal: AbortSignal, progress: StepContext<unknown>['progress']): StepContext<unknown> {
    const { id, orgId, kind, resourceId, serverId } = this.#row;
    const run = this;
    return {
      app: this.#app,
      operation: { id, orgId, kind, resourceId, serverId, attempt: this.#claim.attempt },
      input: this.#row.input,
      scope: this.#scope,
      signal,
      logger: this.#app.log.child({ operationId: id, requestId: this.#row.requestId, step }),
      get state() { return run.#state; },
      saveState: async (patch) => {
        const next = { ...this.#state, ...patch };
        await this.#claim.update({ state: next });
        this.#state = stateOf(JSON.parse(JSON.stringify(next)));
      },
      connect: (target, purpose = 'change') => connection.to(target, purpose),
      log: (level, message) => this.#claim.log.add(step, level, message),
      progress,
      write: (work) => this.#claim.write(work),
    };
  }

  async #end(error: OperationError, how: 'with clean-up' | 'without clean-up'): Promise<void> {
    const outcome = error.code === cancelled.code ? 'cancelled' : 'failed';
    if (how === 'with clean-up') await this.#cleanUp(outcome);
    else this.#claim.log.add('cleanup', 'error', 'The clean-up took every worker with it and is given up. Deleting the resource takes the rest away.');
    await this.#settle(outcome, error);
  }

  /** A cancel does not stop the cleaning up after it, but a server that does not answer does: an operation always ends. */
  async #cleanUp(outcome: 'failed' | 'cancelled'): Promise<void> {
    const signal = AbortSignal.any([this.#hold.signal, AbortSignal.timeout(cleanupMs)]);
    const connection = new AttemptConnection(this.#app, this.#claim, signal, this.#lost);
    const context = this.#context('cleanup', connection, signal, () => {});
    try {
      await retrying({ windowMs: awayMs.cleanup, signal, say: (text) => context.log('warning', text) }, () => this.#kind.cleanup(context, outcome));
    } catch (failure) {
      if (failure instanceof FencedError || isDatabaseDown(failure)) throw failure;
      if (this.#hold.signal.aborted) throw new FencedError();
      this.#app.log.warn({ err: failure, operationId: this.#row.id }, 'The clean-up failed');
      context.log('error', `The clean-up did not finish: ${signal.aborted ? 'it took too long' : describeError(failure).message}. Deleting the resource takes the rest away.`);
    } finally {
      await connection.close();
    }
  }

  async #settle(outcome: Outcome, error: OperationError | null): Promise<void> {
    await this.#claim.log.flush();
    const { id } = this.#row;
    const end = (withoutKind: boolean) => this.#claim.write((tx) => settleOperation(this.#app, tx, this.#scope, id, { outcome, error, ...(withoutKind ? { withoutKind } : {}) }));
    await end(false).catch(async (failure: unknown) => {
      if (failure instanceof FencedError || isDatabaseDown(failure) || this.#claim.crashes < maxCrashes) throw failure;
      this.#app.log.error({ err: failure, operationId: id }, 'An operation ends without bringing its resource to a state');
      await end(true);
    });
  }
}

/** Gives the claim back, also when the database is away for a moment. */
async function giveBack(claim: Claim, crashed: boolean): Promise<void> {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    if (await claim.giveBack(crashed).then(() => true, () => false)) return;
    await sleep(1000);
  }
}

/** Runs an operation from its first unfinished step; never rejects. What it cannot end it gives back. */
export async function runClaim(app: App, kinds: KindRegistry, claim: Claim, shutdown: AbortSignal): Promise<void> {
  try {
    const row = await app.db.prisma.operation.findUniqueOrThrow({ where: { id: claim.id } });
    const kind = kinds.get(row.kind);
    if (!kind) {
      // A newer version enqueued it; one of its workers knows it.
      app.log.error({ operationId: claim.id, kind: row.kind }, 'This worker does not know the kind of the operation');
      return await giveBack(claim, false);
    }
    await new Run(app, claim, kind, row, shutdown).run();
  } catch (error) {
    const quiet = error instanceof FencedError;
    if (!quiet) app.log.error({ err: error, operationId: claim.id }, 'An operation was interrupted; it will be taken up again');
    await giveBack(claim, !quiet && !isDatabaseDown(error));
  }
}
