import type { Request, Response } from 'express';
import { type ExecutionResult, subscribe } from 'graphql';
import type { Context } from '../schema/context.ts';
import { schema } from '../schema/index.ts';
import { AppError, validationError } from '../src/errors.ts';
import { errorBody } from '../src/request/error-answer.ts';
import { inSentNames } from './field-names.ts';
import type { PreparedRoute, PreparedStream } from './prepared.ts';
import { writable } from './writable.ts';

/** The last event that the client has, from its Last-Event-ID. */
function lastEventOf(request: Request, { numbered }: PreparedStream): number | string | undefined {
  const id = request.headers['last-event-id'];
  if (id === undefined || id === '') return undefined;
  if (typeof id !== 'string' || !(numbered ? /^\d{1,9}$/ : /^[!-~]{1,64}$/).test(id)) throw notAnEvent();
  return numbered ? Number(id) : id;
}

const notAnEvent = (): AppError => validationError([{ field: 'Last-Event-ID', constraint: 'type', message: 'Last-Event-ID must be the id of an event of this stream' }]);

export function wantsStream(request: Request, prepared: PreparedRoute): boolean {
  return prepared.stream !== undefined && request.accepts(['application/json', 'text/event-stream']) === 'text/event-stream';
}

function eventOf(prepared: PreparedRoute, result: ExecutionResult): string {
  const row: unknown = result.data?.[prepared.rootField];
  const id: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, prepared.route.stream?.id ?? '') : undefined;
  return `${id === null || id === undefined ? '' : `id: ${String(id)}\n`}data: ${JSON.stringify(row)}\n\n`;
}

/**
 * Sends the route's subscription as server-sent events: each with its id, after which a client that was cut off
 * resumes, and `end` when there is nothing more to come. A comment now and then keeps proxies from closing a quiet one.
 */
export async function sendStream(request: Request, response: Response, prepared: PreparedRoute, context: Context, variables: Record<string, unknown>, closing: AbortSignal): Promise<void> {
  if (!prepared.stream) throw new AppError('internal_error', 'This route has no stream');
  const after = lastEventOf(request, prepared.stream);
  const events = await subscribe({ schema, document: prepared.stream.document, contextValue: context, variableValues: { ...variables, ...(after === undefined ? {} : { [prepared.stream.after]: after }) } });
  if (!(Symbol.asyncIterator in events)) {
    const error = events.errors?.[0];
    const refused = error?.originalError;
    if (after !== undefined && refused instanceof AppError && refused.details['field'] === 'after') throw refused.code === 'cursor_expired' ? new AppError(refused.code, refused.message, { ...refused.details, field: 'Last-Event-ID' }) : notAnEvent();
    throw inSentNames(prepared, refused) ?? new AppError('bad_request', error?.message ?? 'The stream did not start');
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-cache, no-transform', 'X-Accel-Buffering': 'no' });
  response.write(': open\n\n');
  const leave = (): void => {
    void events.return(undefined);
  };
  const heartbeat = setInterval(() => response.write(': heartbeat\n\n'), context.app.config.STREAM_HEARTBEAT * 1000);
  response.once('close', leave);
  closing.addEventListener('abort', leave);
  try {
    for await (const result of events) {
      const error = result.errors?.[0];
      if (error) throw error.originalError ?? error;
      if (!response.write(eventOf(prepared, result))) await writable(response);
    }
    if (!closing.aborted) response.write('event: end\ndata: {}\n\n');
  } catch (error) {
    response.write(`event: error\ndata: ${JSON.stringify(errorBody(context.app, request, error).body)}\n\n`);
  } finally {
    clearInterval(heartbeat);
    closing.removeEventListener('abort', leave);
    response.off('close', leave);
    response.end();
  }
}
