import type { ErrorDetails } from '../errors.ts';

/** What the page of an error says, and how its response looks. */
export interface ErrorHelp {
  title: string;
  happened: string;
  todo: readonly string[];
  example: { message: string; details: ErrorDetails };
}
