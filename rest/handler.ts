import type { Request, RequestHandler, Response } from 'express';
import type { App } from '../src/app.ts';
import type { AdvisoryLocks } from '../src/database/advisory-locks.ts';
import { holdOpen } from '../src/request/access-end.ts';
import type { Connections } from '../src/request/connections.ts';
import type { Context } from '../schema/context.ts';
import { requireAccepted } from '../src/request/accepted.ts';
import { contextFor } from '../src/request/identified.ts';
import { answerOf, type RestAnswer, sendAnswer } from './answer.ts';
import { typesOf } from './types.ts';
import { onlyIfCurrent } from './conditional.ts';
import { runRoute } from './run-document.ts';
import { sendStream, wantsStream } from './event-stream.ts';
import { idempotent } from './idempotency.ts';
import { withTotal } from './include-total.ts';
import { receiveUpload, sendBytes } from './byte-file.ts';
import { readUntil, waitOf } from './long-poll.ts';
import type { PreparedRoute } from './prepared.ts';
import { sendRows } from './row-file.ts';
import { variablesOf } from './variables.ts';

export interface Parts {
  app: App;
  locks: AdvisoryLocks;
  connections: Connections;
  /** Aborts when the gateway stops: whoever waits is answered then. */
  closing: AbortSignal;
}

/** What a GET shows, at once or when it has ended; undefined when nobody is there any more to be shown it. */
async function shown({ app, closing }: Parts, request: Request, response: Response, prepared: PreparedRoute, context: Context, variables: Record<string, unknown>): Promise<unknown> {
  // Permissions are read again for each query.
  let looked = false;
  const look = async (): Promise<unknown> => {
    const now = looked ? { ...context, access: await context.reauthenticate() } : context;
    looked = true;
    return runRoute(prepared, now, variables);
  };
  const seconds = waitOf(request);
  const { waits } = prepared.route;
  if (!waits || seconds === 0) return look();
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  response.once('close', leave);
  try {
    const signal = AbortSignal.any([gone.signal, closing, AbortSignal.timeout(seconds * 1000)]);
    const value = await readUntil(app.events, waits.topics(String(variables['id'])), signal, look, waits.isLast);
    return gone.signal.aborted ? undefined : value;
  } finally {
    response.off('close', leave);
  }
}

/** Before anything of a request is read or judged: who may not do it learns nothing more. */
export function permitted({ requirement }: PreparedRoute): RequestHandler {
  return async (request, _response, next) => {
    requirement.check((await contextFor(request)).access);
    next();
  };
}

/** One route. `getter` is the GET of the same path, whose ETag If-Match means. */
export function handler(parts: Parts, prepared: PreparedRoute, getter: PreparedRoute | undefined) {
  const { locks, connections, closing } = parts;
  const { route } = prepared;
  const answer = (request: Request, value: unknown): RestAnswer => answerOf(route, value, request.originalUrl);
  return async (request: Request, response: Response): Promise<void> => {
    const context = await contextFor(request);
    const types = typesOf(route);
    if (types.length > 0) requireAccepted(request, types);
    const variables = variablesOf(request, prepared);
    if (route.answer.as === 'file') return sendRows(request, response, prepared, context, variables);
    if (route.answer.as === 'bytes') {
      holdOpen(connections, context, response);
      return sendBytes(request, response, prepared, context, variables);
    }
    if (route.answer.as === 'upload') return receiveUpload(request, response, prepared, context, variables);
    if (route.method === 'get' && !wantsStream(request, prepared)) {
      const value = await shown(parts, request, response, withTotal(request, prepared), context, variables);
      if (value !== undefined) sendAnswer(request, response, route, answer(request, value));
      return;
    }
    if (route.method === 'get') {
      holdOpen(connections, context, response);
      return sendStream(request, response, prepared, context, variables, closing);
    }
    const run = async (): Promise<RestAnswer> => answer(request, await runRoute(prepared, context, variables));
    const done = await idempotent(request, context, prepared, () => onlyIfCurrent(locks, request, context, getter, run));
    if (done.replayed) response.setHeader('Idempotency-Replayed', 'true');
    sendAnswer(request, response, route, done.answer);
  };
}
