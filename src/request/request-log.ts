import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Actor } from '../access/access.ts';
import { requestIdOf } from './id.ts';

/** What a request turns out to be, as soon as it is known. */
interface Known {
  /** Its place among the routes; never the path itself, which has ids and tokens. */
  route?: string;
  /** Who sent it. */
  account?: string;
}

const known = new WeakMap<IncomingMessage, Known>();

/** Notes for the request's line in the log. */
export function noteRequest(request: IncomingMessage, facts: Known): void {
  known.set(request, { ...known.get(request), ...facts });
}

/** Notes the route of what comes here; one further in is noted over it. */
export const onRoute =
  (route: string): RequestHandler =>
  (request, _response, next) => {
    noteRequest(request, { route });
    next();
  };

/** An account in the log: by its id, for names are personal. */
export const accountOf = (actor: Actor | null): { account?: string } =>
  actor?.id ? { account: `${actor.type}:${actor.id}` } : {};

/** What load balancers ask all the time. */
const probes: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** Says once of each request, when it is over, which route it took, how it ended, how long it took and who sent it. */
export function logRequests(log: Logger): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    response.once('close', () => {
      const found: unknown = request.route?.path;
      const { route = typeof found === 'string' ? found : null, account = null } = known.get(request) ?? {};
      const level = route !== null && probes.has(route) ? 'debug' : 'info';
      log[level](
        {
          requestId: requestIdOf(request.headers),
          method: request.method,
          route,
          status: response.statusCode,
          ms: Math.round(performance.now() - began),
          account,
          // Whoever asked left before the end.
          ...(response.writableFinished ? {} : { aborted: true }),
        },
        'request',
      );
    });
    next();
  };
}
