import type { z } from 'zod';
import type { Permission } from '../access/permissions.ts';
import type { Tx } from '../database/database.ts';
import type { LiveResource } from '../events/live-resource.ts';

/** What operations work on, and how its row comes into the status that it has meanwhile. */
export interface OperationResource<Status extends string> extends LiveResource {
  enter(tx: Tx, orgId: string, id: string, status: Status): Promise<unknown>;
}

const defined = Symbol('operation kind');

interface Definition<Input, Step extends string, Status extends string> {
  /** `<resource>.<verb>`, for example `instance.provision`. */
  readonly kind: string;
  readonly resource: OperationResource<Status>;
  /** The status of the resource while it is queued and runs. */
  readonly entering: Status;
  /** What its caller needs where the resource is; a retry needs it again. */
  readonly permission: Permission;
  /** What the caller needs besides for this input. It may come from a row of an older version: of what is missing, expect the worst. */
  readonly alsoNeeds?: (input: unknown) => readonly Permission[];
  /** A failed or cancelled one can be run again with the same input, or why not. */
  readonly retry: 'allowed' | { readonly refused: string };
  /** It changes nothing on the server: one that is away is reported soon, for nothing is left half done. */
  readonly onlyLooks?: true;
  readonly input: z.ZodType<Input>;
  readonly steps: readonly { readonly name: Step; readonly title: string }[];
}

/** A kind of operation, apart from its implementation: whoever enqueues it does not load what runs it. */
export interface OperationKind<Input, Step extends string = string, Status extends string = string>
  extends Definition<Input, Step, Status> {
  readonly [defined]: true;
}

/** Every definition that a feature's `kinds.ts` exports needs an implementation: the program does not start without. */
export function defineKind<Input, const Step extends string, Status extends string>(
  definition: Definition<Input, Step, Status>,
): OperationKind<Input, Step, Status> {
  return { ...definition, [defined]: true };
}

export function isKind(value: unknown): value is OperationKind<unknown> {
  return typeof value === 'object' && value !== null && defined in value;
}
