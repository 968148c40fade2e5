import express, { type Request, type RequestHandler, type Response } from 'express';
import type { App } from '../app.ts';
import { mostBytes } from '../push-webhooks/index.ts';
import { receivePush } from '../repositories/index.ts';
import { clientOf } from '../request/client.ts';
import { countRequest, limitAddress } from '../request/quota.ts';

/** Whoever it is has no account with us. */
const counted =
  (app: App): RequestHandler =>
  (request, response, next) => {
    countRequest(app, null, clientOf(app.config, request), response);
    next();
  };

/**
 * What Git hosts send of pushes. It is no route of the API: it has no credentials and no organization but a signature over the
 * raw body, so it runs no GraphQL document, and hosts, not clients, write it. The guide of repositories describes it.
 */
export function gitWebhook(app: App): RequestHandler[] {
  return [
    limitAddress(app),
    counted(app),
    express.raw({ type: () => true, limit: mostBytes, inflate: false }),
    async (request: Request, response: Response): Promise<void> => {
      const given: unknown = request.body;
      const body = Buffer.isBuffer(given) ? given : Buffer.alloc(0);
      const id = String(request.params['id']);
      response.status(202).json(await receivePush(app, clientOf(app.config, request), id, request.headers, body));
    },
  ];
}
