import type { ErrorCode } from '../src/errors.ts';

/** How a route's GraphQL answer becomes its REST answer. */
export type Answer =
  /** The root field as it is. */
  | { as: 'object'; status?: 200 | 201 }
  /** A connection as `{data, next_cursor, has_more}`. */
  | { as: 'list' }
  /** A list that is given whole, as `{<key>: […]}`. */
  | { as: 'whole'; key: string }
  /** 202 `{id, status, message, operationId}` of the payload's resource. */
  | { as: 'accepted'; resource: 'server' | 'instance'; message: string }
  /** An operation that was started or asked to stop: 202 with the operation itself. */
  | { as: 'operation' }
  | { as: 'message'; message: string };

/**
 * One REST route: a GraphQL document and the mapping to and from it. Path parameters and query parameters (snake_case)
 * become the document's variables of the same name (camelCase); the body becomes `input`, or else variables by name.
 */
export interface Route {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below /api, with `{name}` for parameters. */
  path: string;
  category: string;
  summary: string;
  document: string;
  answer: Answer;
  /** Variables of the body that are not `input`. */
  body?: readonly string[];
  /** Errors beyond those that follow from its kind. */
  errors?: readonly ErrorCode[];
}
