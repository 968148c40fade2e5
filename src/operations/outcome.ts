import type { FactScope } from '../access/scope.ts';
import type { Prisma, Tx } from '../database/database.ts';
import type { OperationKind } from './definition.ts';

export type Outcome = 'succeeded' | 'failed' | 'cancelled';

export interface OperationError {
  code: string;
  message: string;
  hint: string | null;
}

/** What is known of an operation when it ends. */
export interface EndContext<Input> {
  /** `attempt` 0: it ends before any worker began it. */
  readonly operation: {
    id: string;
    orgId: string;
    kind: string;
    resourceId: string;
    serverId: string | null;
    attempt: number;
  };
  readonly input: Input;
  readonly scope: FactScope;
  /** Facts that finished steps left; never secrets. */
  readonly state: Readonly<Record<string, Prisma.JsonValue>>;
}

/** Brings the resource's row to its state, in the transaction that ends the operation. */
export type Settle<Input> = (
  tx: Tx,
  context: EndContext<Input>,
  outcome: Outcome,
  error: OperationError | null,
) => Promise<void>;

/** What every process knows of a kind: also one that runs no operations enqueues them, and ends those that wait. */
export interface KnownKind {
  readonly definition: OperationKind<unknown>;
  readonly settle: Settle<unknown>;
}

export type KnownKinds = ReadonlyMap<string, KnownKind>;
