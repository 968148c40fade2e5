import type { Operation } from '../../prisma/generated/client/client.ts';
import { itself } from '../access/access.ts';
import type { FactScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import type { Claim } from './claim.ts';
import type { AttemptConnection } from './connection.ts';
import type { StepContext } from './kind.ts';
import type { RunnableKind } from './registry.ts';
import { stateOf } from './settle.ts';

/** One worker's attempt at an operation: what it has in hand, and what it gives to each step. */
export class Attempt {
  readonly app: App;
  readonly claim: Claim;
  readonly kind: RunnableKind;
  readonly row: Operation;
  readonly scope: FactScope;
  /** Ends everything: the claim was lost, or the program is stopping. */
  readonly hold = new AbortController();
  #state: ReturnType<typeof stateOf>;

  constructor(app: App, claim: Claim, kind: RunnableKind, row: Operation) {
    this.app = app;
    this.claim = claim;
    this.kind = kind;
    this.row = row;
    this.#state = stateOf(row.state);
    this.scope = {
      orgId: row.orgId,
      actor: itself,
      requestId: row.requestId,
      ipAddress: null,
      userAgent: null,
    };
  }

  readonly lost = (): void => this.hold.abort('lost');

  context(
    step: string,
    connection: AttemptConnection,
    signal: AbortSignal,
    progress: StepContext<unknown>['progress'],
  ): StepContext<unknown> {
    const { id, orgId, kind, resourceId, serverId, input } = this.row;
    const { app, claim, scope } = this;
    const state = (): ReturnType<typeof stateOf> => this.#state;
    return {
      app,
      operation: { id, orgId, kind, resourceId, serverId, attempt: claim.attempt },
      input,
      scope,
      signal,
      get state() {
        return state();
      },
      saveState: async (patch) => {
        const next = { ...this.#state, ...patch };
        await claim.update({ state: next });
        this.#state = stateOf(JSON.parse(JSON.stringify(next)));
      },
      connect: (target, purpose = 'change') => connection.to(target, purpose),
      log: (level, message) => claim.log.add(step, level, message),
      progress,
      write: (work) => claim.write(work),
    };
  }
}
