import type { StepContext } from '../operations/kind.ts';

/** What bringing code to a server needs of a step. */
export type Context = Pick<StepContext<unknown>, 'app' | 'operation' | 'signal' | 'log' | 'progress' | 'connect'>;
