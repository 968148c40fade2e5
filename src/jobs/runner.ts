import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '../../prisma/generated/client/client.ts';
import type { FactScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { recordFact } from '../audit/mutation.ts';
import { isDatabaseDown } from '../database/database.ts';
import { notify } from '../events/hub.ts';
import { RemoteError, toRemoteError } from '../remote/index.ts';
import { Claim, FencedError } from './claim.ts';
import { type OperationError, type Outcome, type StepContext, StepError } from './kind.ts';
import type { KindRegistry, RunnableKind } from './registry.ts';

/** Waits between tries of a step whose server went away for a moment, in ms. */
const retryDelays = [500, 1000, 2000, 4000, 8000];

export function describeError(error: unknown): OperationError {
  if (error instanceof StepError || error instanceof RemoteError) return { code: error.code, message: error.message, hint: error.hint };
  const remote = toRemoteError(error);
  if (remote.code !== 'remote_command_failed') return { code: remote.code, message: remote.message, hint: remote.hint };
  // An unknown error may quote anything; the log of the process has it in full.
  return { code: 'internal_error', message: 'Something unexpected went wrong in the control plane', hint: 'The log of the worker has the details under this operation’s request id.' };
}

function json(value: Operation['state']): Readonly<Record<string, Operation['state']>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).filter((pair): pair is [string, NonNullable<(typeof pair)[1]>] => pair[1] !== undefined)) : {};
}

class Run {
  readonly #app: App;
  readonly #claim: Claim;
  readonly #kind: RunnableKind;
  readonly #row: Operation;
  readonly #abort = new AbortController();
  readonly #scope: FactScope;
  #state: Readonly<Record<string, Operation['state']>>;

  constructor(app: App, claim: Claim, kind: RunnableKind, row: Operation, shutdown: AbortSignal) {
    this.#app = app;
    this.#claim = claim;
    this.#kind = kind;
    this.#row = row;
    this.#state = json(row.state);
    this.#scope = { orgId: row.orgId, actor: { type: row.createdById ? 'user' : 'system', id: row.createdById, name: row.createdById ? '' : 'oCore' }, requestId: row.requestId, ipAddress: null, userAgent: null };
    if (shutdown.aborted) this.#abort.abort('shutdown');
    shutdown.addEventListener('abort', () => this.#abort.abort('shutdown'), { signal: this.#abort.signal });
  }

  async run(): Promise<void> {
    const { config, events } = this.#app;
    const renew = setInterval(() => {
      this.#claim.renew().then((held) => { if (!held) this.#abort.abort('fenced'); }, () => {});
    }, (config.OPERATION_LEASE * 1000) / 3);
    const stopListening = events.on(`cancel:${this.#row.id}`, () => void this.#checkCancel());
    try {
      await this.#checkCancel();
      await this.#work();
    } finally {
      clearInterval(renew);
      stopListening();
      await this.#claim.flush();
    }
  }

  async #checkCancel(): Promise<void> {
    const row = await this.#app.db.prisma.operation.findUnique({ where: { id: this.#row.id }, select: { cancelRequested: true } }).catch(() => null);
    if (row?.cancelRequested) this.#abort.abort('cancelled');
  }

  async #work(): Promise<void> {
    // An error that was recorded before the worker died: only the clean-up is left to do.
    if (this.#row.errorCode !== null) {
      return this.#end('failed', { code: this.#row.errorCode, message: this.#row.errorMessage ?? '', hint: this.#row.errorHint });
    }
    const steps = await this.#app.db.prisma.operationStep.findMany({ where: { operationId: this.#row.id }, orderBy: { position: 'asc' } });
    for (const step of steps) {
      if (step.status === 'succeeded' || step.status === 'skipped') continue;
      try {
        if (this.#abort.signal.aborted) throw new RemoteError('remote_cancelled', 'The operation was cancelled');
        await this.#step(step.position, step.name, steps.length);
      } catch (error) {
        if (error instanceof FencedError || this.#abort.signal.reason === 'fenced') throw new FencedError();
        // The program is stopping: the step stays unfinished and the next worker goes on from it.
        if (this.#abort.signal.reason === 'shutdown') throw error;
        if (isDatabaseDown(error)) throw error;
        if (this.#abort.signal.reason === 'cancelled') {
          await this.#claim.updateStep(step.position, { status: 'cancelled', finishedAt: new Date() });
          return this.#end('cancelled', { code: 'cancelled', message: 'The operation was cancelled', hint: null });
        }
        const described = describeError(error);
        this.#app.log.warn({ err: error, operationId: this.#row.id, requestId: this.#row.requestId, step: step.name }, 'A step failed');
        this.#claim.log(step.name, 'error', described.message);
        await this.#claim.updateStep(step.position, { status: 'failed', message: described.message, finishedAt: new Date() });
        await this.#claim.update({ errorCode: described.code, errorMessage: described.message, errorHint: described.hint });
        return this.#end('failed', described);
      }
    }
    await this.#end('succeeded', null);
  }

  async #step(position: number, name: string, count: number): Promise<void> {
    const base = (100 * position) / count;
    await this.#claim.updateStep(position, { status: 'running', startedAt: new Date(), progress: 0, message: null }, Math.floor(base));
    let writing: Promise<void> = Promise.resolve();
    let last = -1;
    const context = this.#context(name, (percent, message) => {
      const rounded = Math.max(0, Math.min(100, Math.floor(percent)));
      if (rounded === last) return;
      last = rounded;
      writing = writing.then(() => this.#claim.updateStep(position, { progress: rounded, ...(message ? { message } : {}) }, Math.floor(base + rounded / count))).catch(() => {});
    });
    const message = await this.#retrying(name, () => this.#kind.runStep(name, context));
    await writing;
    await this.#claim.flush();
    await this.#claim.updateStep(position, { status: 'succeeded', progress: 100, finishedAt: new Date(), ...(message ? { message } : {}) }, Math.floor((100 * (position + 1)) / count));
  }

  async #retrying<T>(step: string, work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        const delay = retryDelays[attempt];
        if (!(error instanceof RemoteError) || !error.retryable || delay === undefined || this.#abort.signal.aborted) throw error;
        this.#claim.log(step, 'warning', `${error.message}; trying again in ${delay / 1000} s`);
        await sleep(delay, undefined, { signal: this.#abort.signal });
      }
    }
  }

  #context(step: string, progress: StepContext<unknown>['progress'], signal: AbortSignal = this.#abort.signal): StepContext<unknown> {
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
        this.#state = json(JSON.parse(JSON.stringify(next)));
      },
      log: (level, message) => this.#claim.log(step, level, message),
      progress,
      write: (work) => this.#claim.write(work),
    };
  }

  async #end(outcome: Outcome, error: OperationError | null): Promise<void> {
    if (outcome !== 'succeeded') {
      // The cancel must not stop the cleaning up after it.
      const context = this.#context('cleanup', () => {}, new AbortController().signal);
      try {
        await this.#retrying('cleanup', () => this.#kind.cleanup(context, outcome));
      } catch (failure) {
        if (failure instanceof FencedError || isDatabaseDown(failure)) throw failure;
        this.#app.log.warn({ err: failure, operationId: this.#row.id }, 'The clean-up failed');
        this.#claim.log('cleanup', 'error', `The clean-up did not finish: ${describeError(failure).message}. Deleting the resource takes the rest away.`);
      }
    }
    await this.#claim.flush();
    await this.#claim.write(async (tx) => {
      // What is sealed in the input may have been sealed anew since; the row is locked now.
      this.#row.input = (await tx.operation.findUniqueOrThrow({ where: { id: this.#row.id }, select: { input: true } })).input;
      await this.#kind.settle(tx, this.#context('settle', () => {}), outcome, error);
      await tx.operationStep.updateMany({ where: { operationId: this.#row.id, status: { in: ['pending', 'running'] } }, data: { status: outcome === 'succeeded' ? 'succeeded' : 'skipped' } });
      await tx.operation.update({
        where: { id: this.#row.id },
        data: { status: outcome, leaseUntil: null, finishedAt: new Date(), ...(outcome === 'succeeded' ? { progress: 100 } : {}), errorCode: error?.code ?? null, errorMessage: error?.message ?? null, errorHint: error?.hint ?? null },
      });
      await recordFact(tx, this.#scope, { action: `operation.${outcome}`, resourceType: 'operation', resourceId: this.#row.id, resourceName: this.#row.kind, after: { kind: this.#row.kind, resourceId: this.#row.resourceId, error: error?.code ?? null } });
      await notify(tx, [...this.#claim.topics, `logs:${this.#row.id}`]);
    });
  }
}

/** Runs an operation from its first unfinished step, if no other worker holds it. */
export async function runOperation(app: App, kinds: KindRegistry, operationId: string, shutdown: AbortSignal): Promise<void> {
  const claim = await Claim.take(app, operationId);
  if (!claim) return;
  const row = await app.db.prisma.operation.findUniqueOrThrow({ where: { id: operationId } });
  const kind = kinds.get(row.kind);
  if (!kind) throw new Error(`This worker does not know the operation kind ${row.kind}`);
  try {
    await new Run(app, claim, kind, row, shutdown).run();
  } catch (error) {
    if (error instanceof FencedError) return;
    // Not settled: give the claim back, so that the reconciler hands it to the next worker at once.
    await app.db.prisma.$executeRaw`UPDATE operations SET lease_until = now() WHERE id = ${operationId}::uuid AND attempt = ${claim.attempt} AND status = 'running'`.catch(() => {});
    if (!shutdown.aborted) throw error;
  }
}
