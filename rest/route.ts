import type { Readable } from 'node:stream';
import type { Context } from '../schema/context.ts';
import type { ErrorCode } from '../src/errors.ts';
import type { Topic } from '../src/events/hub.ts';

/** How a route's GraphQL response becomes its REST response. */
export type Answer =
  /** The root field as it is. */
  | { as: 'object'; status?: 200 | 201 }
  /** A connection as `{data, next_cursor, has_more}`. */
  | { as: 'list' }
  /** A list that is given whole, as `{<key>: […]}`. */
  | { as: 'whole'; key: string }
  /**
   * 202 `{id, status, message, operationId}` of the resource under this key of the payload, or of the `operation` that the
   * field itself gives. `mayBeDone`: some changes need no operation, and are 200 with null for its id. `waitsAt`: some have
   * to wait for their operation, and are 202 with null for its id; below this path is the resource that waits.
   */
  | { as: 'accepted'; resource: string; message: string; mayBeDone?: true; waitsAt?: string }
  | { as: 'message'; message: string }
  /** 201 with what the field gives under the key, or 202 with the message where that is null. */
  | { as: 'session'; key: string; message: string }
  /** 204. */
  | { as: 'nothing' }
  /** A browser is sent to the `url` of the root field. */
  | { as: 'redirect' }
  /** A file that is sent row by row. */
  | { as: 'file'; contentTypes: readonly string[]; rows: RowFile }
  /** A file that is sent as it lies somewhere, whole or a range of it. */
  | { as: 'bytes'; contentType: string; file: SentFile }
  /** 204 for a part of a file that the body brings, from the byte on that `Upload-Offset` names. */
  | { as: 'upload'; contentType: string; receive: ReceivePart };

/** A range of bytes, both included. */
export interface ByteRange {
  first: number;
  last: number;
}

/** What a file is that is sent. Its size is null where nobody knows it before its end: then there are no ranges. */
export interface SentFile {
  describe(value: unknown): { filename: string; size: number | null; headers?: Readonly<Record<string, string>> };
  /** What is wrong with the request is thrown before the first byte. */
  open(context: Context, value: unknown, range: ByteRange | null, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

/** Gives how much of the file is there then. */
export type ReceivePart = (context: Context, value: unknown, offset: number, body: Readable) => Promise<number>;

/** The rows of a file: pages of a connection, by the variables `first` and `after` beside the route's own. */
export interface RowFile {
  document: string;
  /** Its points of GraphQL cost, however many rows it has: their reader sets the pace. */
  cost: number;
  /** How it is written. */
  file: (variables: Readonly<Record<string, unknown>>) => FileFormat;
}

export interface FileFormat {
  contentType: string;
  filename: string;
  head: string;
  row(values: Readonly<Record<string, unknown>>, index: number): string;
  tail: string;
}

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
  /** Fields that are mere readings: new ones do not make the resource another for If-Match. */
  readings?: readonly string[];
  /** `wait`: the response may wait for the end of what it shows, and is looked at again when one of the topics wakes. */
  waits?: { topics: (id: string) => readonly Topic[]; isLast: (value: unknown) => boolean };
  /**
   * What `Accept: text/event-stream` gets: a subscription whose events are known by the field `id`, after one of which its
   * variable `after` resumes. `afterVariable` if that is called otherwise.
   */
  stream?: { document: string; id: string; afterVariable?: string };
  deprecated?: Deprecation;
}

/** When a route was deprecated, when it will go (both ISO dates), and the route to use instead. */
export interface Deprecation {
  since: string;
  sunset?: string;
  use?: string;
}
