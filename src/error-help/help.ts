import type { ErrorDetails } from '../errors.ts';

/** What the page of an error says, and how its response looks. */
export interface ErrorHelp {
  title: string;
  happened: string;
  todo: readonly string[];
  example: { message: string; details: ErrorDetails };
}

/** The same of an error with which an operation ends. */
export interface OperationErrorHelp {
  title: string;
  happened: string;
  causes: readonly string[];
  todo: readonly string[];
  /** A message as it may be; the others depend on what the server said. */
  message: string;
  /** What `hint` says, unless the place that found the error knows more. */
  hint: string | null;
}
