import cors from 'cors';
import type { RequestHandler } from 'express';
import { answerHeaders, requestHeaders } from '../request/headers.ts';

/** Pages of these origins may use the API in the browser, credentials included; those of any other origin may not. */
export function crossOrigin(origins: readonly string[]): RequestHandler {
  const allow = cors({
    origin: true,
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [...requestHeaders],
    exposedHeaders: [...answerHeaders],
    maxAge: 600,
  });
  return (request, response, next) => {
    if (origins.length > 0) response.vary('Origin');
    if (request.headers.origin !== undefined && origins.includes(request.headers.origin))
      allow(request, response, next);
    else next();
  };
}
