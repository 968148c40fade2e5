import type { OperationImplementation, OperationKind, StepContext } from './kind.ts';
import type { Settle } from './outcome.ts';

/** An implementation whose input type is closed over: the runner handles every kind alike. */
export interface RunnableKind {
  readonly kind: string;
  readonly steps: readonly { readonly name: string; readonly title: string }[];
  runStep(name: string, context: StepContext<unknown>): Promise<string | undefined>;
  cleanup(context: StepContext<unknown>, outcome: 'failed' | 'cancelled'): Promise<void>;
  readonly settle: Settle<unknown>;
}

/** Binds an implementation to its kind. The input is parsed again when it runs: rows outlive versions of the program. */
export function implementOperation<Input>(implementation: OperationImplementation<Input>): RunnableKind {
  const { kind } = implementation;
  const typed = <C extends { input: unknown }>(context: C): C & { input: Input } => ({ ...context, input: kind.input.parse(context.input) });
  return {
    kind: kind.kind,
    steps: kind.steps,
    runStep: (name, context) => {
      const step = implementation.steps[name];
      if (!step) throw new Error(`Operation ${kind.kind} has no step ${name}`);
      return step(typed(context));
    },
    cleanup: async (context, outcome) => implementation.cleanup?.(typed(context), outcome),
    settle: (tx, context, outcome, error) => implementation.settle(tx, typed(context), outcome, error),
  };
}

export type { OperationKind };
export type KindRegistry = ReadonlyMap<string, RunnableKind>;

export function registryOf(kinds: readonly RunnableKind[]): KindRegistry {
  return new Map(kinds.map((kind) => [kind.kind, kind]));
}
