import { apiVersion } from '../src/api-version.ts';
import type { JsonObject } from './openapi/json.ts';
import { longestWait } from './long-poll.ts';
import type { Route } from './route.ts';

/** What routes have beside the parameters of their documents, as components of the OpenAPI document. */
export const protocolParameters = {
  Version: { name: 'X-OCore-Version', in: 'header', description: 'The API version that the client expects. A version that the installation does not support is refused.', schema: { type: 'string', enum: [apiVersion] } },
  IdempotencyKey: { name: 'Idempotency-Key', in: 'header', description: 'A unique key for the request, ideally a random UUID. A repeated request with the same key within 24 hours is not executed again; it returns the first response.', schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' } },
  IfMatch: { name: 'If-Match', in: 'header', description: 'The ETag of the resource that you read. If the resource has changed since, nothing is changed and the response is 412.', schema: { type: 'string', maxLength: 1024 } },
  IfNoneMatch: { name: 'If-None-Match', in: 'header', description: 'The ETag of the response that you have. If it is still current, the response is 304 without a body.', schema: { type: 'string', maxLength: 1024 } },
  LastEventId: { name: 'Last-Event-ID', in: 'header', description: 'With `Accept: text/event-stream`: the id of the last event that you have. The stream resumes after it.', schema: { type: 'string', maxLength: 64, pattern: '^[!-~]+$' } },
  IncludeTotal: { name: 'include_total', in: 'query', description: 'Whether to count the rows of all pages, as `total_count`.', schema: { type: 'boolean', default: false } },
  UploadOffset: { name: 'Upload-Offset', in: 'header', required: true, description: 'From which byte of the file on the body goes: as many as are there already, as `HEAD` on the same path and `receivedBytes` of the transfer say.', schema: { type: 'integer', format: 'int64', minimum: 0, maximum: 1099511627776 } },
  Range: { name: 'Range', in: 'header', description: 'The bytes that are wanted, as `bytes=<first>-<last>` or `bytes=<first>-`: an interrupted download goes on where it stopped.', schema: { type: 'string', maxLength: 64 } },
  Wait: { name: 'wait', in: 'query', description: 'The maximum number of seconds to wait. The response is sent when the operation has ended or the time has passed.', schema: { type: 'integer', format: 'int32', minimum: 0, maximum: longestWait, default: 0 } },
} satisfies Record<string, JsonObject>;

export const protocolHeaders = {
  ETag: { description: 'The version of this response, for If-None-Match and, on a single resource, If-Match.', schema: { type: 'string', maxLength: 128 } },
  IdempotencyReplayed: { description: '`true` if the response repeats the first response for the same Idempotency-Key.', schema: { type: 'string', enum: ['true'] } },
  UploadOffset: { description: 'How many bytes of the file are there.', schema: { type: 'integer', format: 'int64', minimum: 0, maximum: 1099511627776 } },
  Version: { description: 'The version of this API.', schema: { type: 'string', enum: [apiVersion] } },
  Deprecation: { description: 'Since when the route is deprecated, as `@<seconds since 1970>`.', schema: { type: 'string', maxLength: 32 } },
  Sunset: { description: 'When the route will be removed.', schema: { type: 'string', maxLength: 64 } },
} satisfies Record<string, JsonObject>;

export interface Protocol {
  /** Names in `protocolParameters`. */
  parameters: (keyof typeof protocolParameters)[];
  /** Headers of the response by their names, each with its name in `protocolHeaders`. */
  headers: Record<string, keyof typeof protocolHeaders>;
  /** Statuses of errors beyond the usual ones. */
  statuses: number[];
  notModified: boolean;
  stream: boolean;
}

/** The route whose ETag If-Match means: the GET of the same path, for a change of that very resource. */
export function conditionOf<T extends { route: Route }>(all: readonly T[], { method, path }: Route): T | undefined {
  if (method === 'get' || method === 'post') return undefined;
  return all.find(({ route }) => route.method === 'get' && route.path === path && route.answer.as === 'object');
}

/** The parts of the protocol that a route has. */
export function protocolOf(route: Route, conditional: boolean): Protocol {
  const reads = route.method === 'get';
  // What is sent row by row has no ETag.
  const streamed = ['file', 'bytes', 'upload'].includes(route.answer.as);
  const tagged = reads && !streamed;
  const keyed = !reads && !streamed;
  return {
    parameters: [
      'Version',
      ...(tagged ? ['IfNoneMatch' as const] : []),
      ...(keyed ? ['IdempotencyKey' as const] : []),
      ...(route.answer.as === 'upload' ? ['UploadOffset' as const] : []),
      ...(route.answer.as === 'bytes' ? ['Range' as const] : []),
      ...(conditional ? ['IfMatch' as const] : []),
      ...(route.waits ? ['Wait' as const] : []),
      ...(route.answer.as === 'list' ? ['IncludeTotal' as const] : []),
      ...(route.stream ? ['LastEventId' as const] : []),
    ],
    headers: {
      'X-OCore-Version': 'Version',
      ...(tagged ? { ETag: 'ETag' as const } : {}),
      ...(keyed ? { 'Idempotency-Replayed': 'IdempotencyReplayed' as const } : {}),
      ...(route.answer.as === 'upload' ? { 'Upload-Offset': 'UploadOffset' as const } : {}),
      ...(route.deprecated ? { Deprecation: 'Deprecation' as const } : {}),
      ...(route.deprecated?.sunset ? { Sunset: 'Sunset' as const } : {}),
    },
    statuses: [...(reads ? [] : [409, 422]), ...(conditional ? [412] : [])],
    notModified: tagged,
    stream: route.stream !== undefined,
  };
}
