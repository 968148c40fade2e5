import type { z } from 'zod';
import type { Logger } from 'pino';
import type { App } from '../app.ts';
import type { Prisma, Tx } from '../db.ts';
import type { FactScope } from '../access/scope.ts';
import type { RemoteHost, RemoteTarget } from '../remote/index.ts';

/** A kind of operation, apart from its implementation: who enqueues it does not load what runs it. */
export interface OperationKind<Input> {
  /** `<resource>.<verb>`, for example `instance.provision`. */
  readonly kind: string;
  readonly resourceType: 'server' | 'instance' | 'environment' | 'org';
  readonly input: z.ZodType<Input>;
  readonly steps: readonly { readonly name: string; readonly title: string }[];
}

export function defineOperation<Input>(kind: OperationKind<Input>): OperationKind<Input> {
  return kind;
}

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

/** What a step is given. Everything it writes goes through the fence: a worker that lost its claim is thrown out. */
export interface StepContext<Input> {
  readonly app: App;
  /** `attempt` 0: it ends before any worker began it. */
  readonly operation: { id: string; orgId: string; kind: string; resourceId: string; serverId: string | null; attempt: number };
  readonly input: Input;
  readonly scope: FactScope;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Facts that earlier steps left; never secrets. */
  readonly state: Readonly<Record<string, Prisma.JsonValue>>;
  /** This attempt's own connection to a server; its calls are made only while the worker holds the operation. */
  connect(target: RemoteTarget): Promise<RemoteHost>;
  saveState(patch: Record<string, Prisma.InputJsonValue>): Promise<void>;
  /** A line that the user reads. */
  log(level: LogLevel, message: string): void;
  /** 0-100 within this step. */
  progress(percent: number, message?: string): void;
  /** Runs the work in a transaction that commits only while this worker still holds the operation. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

export type Outcome = 'succeeded' | 'failed' | 'cancelled';

export interface OperationImplementation<Input> {
  readonly kind: OperationKind<Input>;
  /** One function a step name, idempotent. What it returns is the step's message. */
  readonly steps: Readonly<Record<string, (context: StepContext<Input>) => Promise<string | undefined>>>;
  /** Takes away what was half made, after a failure or a cancel; idempotent. */
  cleanup?(context: StepContext<Input>, outcome: 'failed' | 'cancelled'): Promise<void>;
  /** Brings the resource's row to its state, in the transaction that ends the operation. */
  settle(tx: Tx, context: Pick<StepContext<Input>, 'app' | 'operation' | 'input' | 'scope' | 'state'>, outcome: Outcome, error: OperationError | null): Promise<void>;
}

export interface OperationError {
  code: string;
  message: string;
  hint: string | null;
}

/** A failure that the user must read: a stable code, what happened, what to do. */
export class StepError extends Error {
  readonly code: string;
  readonly hint: string | null;
  constructor(code: string, message: string, hint: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StepError';
    this.code = code;
    this.hint = hint;
  }
}
