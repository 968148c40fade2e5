import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppError } from '../src/errors.ts';
import { placeOf } from './created.ts';
import { etagOf, knownAs } from './etag.ts';
import type { Route } from './route.ts';
import { deprecationHeaders } from './version.ts';

const connection = z.object({ nodes: z.array(z.unknown()), pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }), totalCount: z.number().optional() });
const resource = z.object({ id: z.string(), status: z.string() });
const payload = z.looseObject({ operation: z.object({ id: z.string() }).nullable(), message: z.string().optional() });

/** Seconds after which asking again makes sense. */
const retryAfter = '2';

/** A response before it is sent; one of a change may be kept and given again. */
export interface RestAnswer {
  status: number;
  headers: Record<string, string>;
  /** Nothing for 204. */
  body?: unknown;
}

function pageLink(url: string, cursor: string | null): string {
  const target = new URL(url, 'http://localhost');
  if (cursor === null) target.searchParams.delete('cursor');
  else target.searchParams.set('cursor', cursor);
  return `<${target.pathname}${target.search}>; rel="${cursor === null ? 'first' : 'next'}"`;
}

/** Whoever follows `Location` sees what goes on: the operation, or what waits for one. */
function accepted({ id, status }: z.infer<typeof resource>, operationId: string | null, message: string, waitsAt?: string): RestAnswer {
  const place = operationId ? `/operations/${operationId}` : waitsAt && `${waitsAt}/${id}`;
  const headers: Record<string, string> = place ? { Location: `/api${place}`, 'Retry-After': retryAfter } : {};
  return { status: place ? 202 : 200, headers, body: { id, status, message, operationId } };
}

function createdHeaders(route: Route, value: unknown): Record<string, string> {
  const place = placeOf(route);
  return place ? { Location: `${place}/${z.object({ id: z.string() }).parse(value).id}` } : {};
}

/** The REST response for what the document gave. */
export function answerOf(route: Route, value: unknown, url: string): RestAnswer {
  const { answer } = route;
  switch (answer.as) {
    case 'object':
      return { status: answer.status ?? 200, headers: answer.status === 201 ? createdHeaders(route, value) : {}, body: value };
    case 'redirect': {
      const { url } = z.object({ url: z.string() }).parse(value);
      return { status: 302, headers: { Location: url }, body: { url } };
    }
    case 'message':
      return { status: 200, headers: {}, body: { message: answer.message } };
    case 'session': {
      const made = z.record(z.string(), z.unknown()).parse(value)[answer.key] ?? null;
      return made === null ? { status: 202, headers: {}, body: { message: answer.message } } : { status: 201, headers: {}, body: made };
    }
    case 'nothing':
      return { status: 204, headers: {}, body: undefined };
    case 'whole':
      return { status: 200, headers: {}, body: { [answer.key]: value } };
    case 'list': {
      const { nodes, pageInfo, totalCount } = connection.parse(value);
      const cursor = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      const links = [...(cursor === null ? [] : [pageLink(url, cursor)]), pageLink(url, null)];
      return { status: 200, headers: { Link: links.join(', ') }, body: { data: nodes, next_cursor: cursor, has_more: pageInfo.hasNextPage, ...(totalCount === undefined ? {} : { total_count: totalCount }) } };
    }
    case 'accepted': {
      if (answer.resource === 'operation') {
        const operation = resource.parse(value);
        return accepted(operation, operation.id, answer.message);
      }
      const parsed = payload.parse(value);
      return accepted(resource.parse(parsed[answer.resource]), parsed.operation?.id ?? null, parsed.message ?? answer.message, answer.waitsAt);
    }
    case 'file':
    case 'bytes':
    case 'upload':
      throw new AppError('internal_error', 'A file is streamed');
  }
}

export function sendAnswer(request: Request, response: Response, route: Route, { status, headers, body }: RestAnswer): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (route.deprecated) for (const [name, value] of Object.entries(deprecationHeaders(route.deprecated))) response.appendHeader(name, value);
  if (status === 204) {
    response.status(204).setHeader('Cache-Control', 'no-store').end();
    return;
  }
  const text = JSON.stringify(body);
  response.setHeader('Cache-Control', route.method === 'get' ? 'private, no-cache' : 'no-store');
  if (route.method === 'get') {
    const etag = etagOf(body, text, route.readings);
    const known = knownAs(request.headers['if-none-match'], etag);
    response.setHeader('ETag', known ?? etag);
    response.vary('Authorization, Cookie, X-Org-Slug');
    if (known !== undefined) {
      response.status(304).end();
      return;
    }
  }
  response.type('json').status(status).setHeader('Content-Length', Buffer.byteLength(text)).end(text);
}
