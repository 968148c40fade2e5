import type { Response } from 'express';
import { z } from 'zod';
import type { Route } from './route.ts';

const connection = z.object({ nodes: z.array(z.unknown()), pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }) });
const resource = z.object({ id: z.string(), status: z.string() });
const payload = z.object({ server: resource.optional(), instance: resource.optional(), operation: z.object({ id: z.string() }).nullable() });
const file = z.object({ content: z.string(), contentType: z.string(), filename: z.string() });
const operation = z.object({ id: z.string(), status: z.string() });

/** Seconds after which asking again makes sense. */
const retryAfter = '2';

/** Writes the REST answer for what the document gave. */
export function sendAnswer(response: Response, route: Route, value: unknown, next: (cursor: string) => string): void {
  const { answer } = route;
  switch (answer.as) {
    case 'object':
      response.status(answer.status ?? 200).json(value);
      return;
    case 'redirect':
      response.redirect(z.object({ url: z.string() }).parse(value).url);
      return;
    case 'message':
      response.json({ message: answer.message });
      return;
    case 'whole':
      response.json({ [answer.key]: value });
      return;
    case 'list': {
      const { nodes, pageInfo } = connection.parse(value);
      const cursor = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      if (cursor) response.setHeader('Link', `<${next(cursor)}>; rel="next"`);
      response.json({ data: nodes, next_cursor: cursor, has_more: pageInfo.hasNextPage });
      return;
    }
    case 'accepted': {
      const parsed = payload.parse(value);
      const subject = parsed[answer.resource];
      if (parsed.operation) response.status(202).setHeader('Location', `/api/operations/${parsed.operation.id}`).setHeader('Retry-After', retryAfter);
      response.json({ ...subject, message: answer.message, operationId: parsed.operation?.id ?? null });
      return;
    }
    case 'file': {
      const { content, contentType, filename } = file.parse(value);
      response.attachment(filename).type(contentType).send(content);
      return;
    }
    case 'operation':
      response.status(202).setHeader('Location', `/api/operations/${operation.parse(value).id}`).setHeader('Retry-After', retryAfter);
      response.json(value);
  }
}
