import { isKind, type OperationKind } from './definition.ts';
import type { OperationImplementation, StepContext } from './kind.ts';
import type { KnownKind } from './outcome.ts';

/** An implementation whose input type is closed over: the runner handles every kind alike. */
export interface RunnableKind extends KnownKind {
  runStep(name: string, context: StepContext<unknown>): Promise<string | undefined>;
  cleanup(context: StepContext<unknown>, outcome: 'failed' | 'cancelled'): Promise<void>;
}

/** Binds an implementation to its kind. The input is parsed again when it runs: rows outlive versions of the program. */
export function implementOperation<Input, Step extends string>(
  implementation: OperationImplementation<Input, Step>,
): RunnableKind {
  const { kind: definition } = implementation;
  const steps = new Map<string, (context: StepContext<Input>) => Promise<string | undefined>>(
    Object.entries(implementation.steps),
  );
  const typed = <C extends { input: unknown }>(context: C): C & { input: Input } => ({
    ...context,
    input: definition.input.parse(context.input),
  });
  return {
    definition,
    runStep: (name, context) => {
      const step = steps.get(name);
      // A row of a version whose steps had other names.
      if (!step) throw new Error(`Operation ${definition.kind} has no step ${name}`);
      return step(typed(context));
    },
    cleanup: async (context, outcome) => implementation.cleanup?.(typed(context), outcome),
    settle: (tx, context, outcome, error) => implementation.settle(tx, typed(context), outcome, error),
  };
}

export type KindRegistry = ReadonlyMap<string, RunnableKind>;

export interface FeatureKinds {
  /** All that the feature's `kinds.ts` exports. */
  readonly definitions: Readonly<Record<string, unknown>>;
  readonly implementations: readonly RunnableKind[];
}

/** Every kind that a worker can run. Throws if a definition has no implementation, or a kind is there twice. */
export function registryOf(features: readonly FeatureKinds[]): KindRegistry {
  const implementations = features.flatMap((feature) => feature.implementations);
  const registry = new Map(implementations.map((one) => [one.definition.kind, one]));
  if (registry.size < implementations.length) throw new Error('Two operation kinds have the same name');
  const defined: OperationKind<unknown>[] = features.flatMap((feature) =>
    Object.values(feature.definitions).filter(isKind),
  );
  const missing = defined.filter((definition) => registry.get(definition.kind)?.definition !== definition);
  if (missing.length > 0)
    throw new Error(`Operation kinds without an implementation: ${missing.map(({ kind }) => kind).join(', ')}`);
  return registry;
}
