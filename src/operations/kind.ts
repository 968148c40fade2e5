import type { App } from '../app.ts';
import type { Prisma, Tx } from '../database/database.ts';
import type { OperationErrorCode } from '../error-help/index.ts';
import type { RemoteHost, RemoteTarget } from '../remote/index.ts';
import type { OperationKind } from './definition.ts';
import type { EndContext, Settle } from './outcome.ts';

export type { OperationError, Outcome } from './outcome.ts';

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

/** What a step is given. Everything it writes goes through the fence: a worker that lost its claim is thrown out. */
export interface StepContext<Input> extends EndContext<Input> {
  readonly app: App;
  readonly signal: AbortSignal;
  /**
   * This attempt's own connection to a server; its calls are made only while the worker holds the operation. Who only looks
   * need not wait until earlier attempts are silent there.
   */
  connect(target: RemoteTarget, purpose?: 'change' | 'look'): Promise<RemoteHost>;
  saveState(patch: Record<string, Prisma.InputJsonValue>): Promise<void>;
  /** A line that the user reads. */
  log(level: LogLevel, message: string): void;
  /** 0-100 within this step. */
  progress(percent: number, message?: string): void;
  /** Runs the work in a transaction that commits only while this worker still holds the operation. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

export interface OperationImplementation<Input, Step extends string> {
  readonly kind: OperationKind<Input, Step>;
  /** One function for each step of the definition, idempotent. What it returns is the step's message. */
  readonly steps: Readonly<Record<Step, (context: StepContext<Input>) => Promise<string | undefined>>>;
  /** Takes away what was half made, after a failure or a cancel; idempotent. */
  cleanup?(context: StepContext<Input>, outcome: 'failed' | 'cancelled'): Promise<void>;
  readonly settle: Settle<Input>;
}

/** A failure that the user must read: a stable code, what happened, what to do. */
export class StepError extends Error {
  readonly code: OperationErrorCode;
  readonly hint: string | null;
  constructor(code: OperationErrorCode, message: string, hint: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StepError';
    this.code = code;
    this.hint = hint;
  }
}
