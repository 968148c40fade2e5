import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import type { Context } from '../../schema/context.ts';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import type { AccessTokens } from '../identity/index.ts';
import { clientOf } from './client.ts';
import { accountOf, noteRequest } from './request-log.ts';
import { contextOf, credentialsOf } from './context.ts';

const contexts = new WeakMap<IncomingMessage, Promise<Context>>();

/**
 * Finds out whose a request is, and counts it, before anything of it is read: what turns out to be wrong has counted by
 * then, and what is too much costs no more. `refuses` says which errors end the request here; the others are thrown to
 * whoever asks for the context.
 */
export function identified(app: App, tokens: AccessTokens, refuses: (error: unknown) => boolean): RequestHandler {
  return async (request, response, next) => {
    const context = contextOf(app, tokens, credentialsOf(app.config, request), clientOf(app.config, request), response);
    contexts.set(request, context);
    const error: unknown = await context.then(
      ({ access }) => noteRequest(request, accountOf(access.actor)),
      (thrown: unknown) => thrown,
    );
    if (error !== undefined && refuses(error)) next(error);
    else next();
  };
}

export const isRateLimit = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'rate_limit_exceeded';

/** The context of a request that was identified. */
export function contextFor(request: IncomingMessage): Promise<Context> {
  const context = contexts.get(request);
  if (!context) throw new Error('The request was not identified');
  return context;
}
