import { type NextFunction, type Request, type Response, Router } from 'express';
import { stringify } from 'yaml';
import { schema } from '../schema/index.ts';
import { AdvisoryLocks } from '../src/database/advisory-locks.ts';
import type { App } from '../src/app.ts';
import { AppError } from '../src/errors.ts';
import type { Connections } from '../src/request/connections.ts';
import { jsonBody } from '../src/request/json-body.ts';
import { limitAddress } from '../src/request/quota.ts';
import { onRoute } from '../src/request/request-log.ts';
import { identified } from '../src/request/identified.ts';
import type { AccessTokens } from '../src/identity/index.ts';
import { sendError } from '../src/request/error-answer.ts';
import { handler, type Parts } from './handler.ts';
import { openApi } from './openapi.ts';
import { prepare } from './prepared.ts';
import { conditionOf } from './protocol.ts';
import { routes } from './routes.ts';
import { versioned } from './version.ts';

function requireJson(request: Request): void {
  if (['GET', 'DELETE'].includes(request.method) && !request.headers['content-type']) return;
  const length = request.headers['content-length'];
  if (length === undefined && request.headers['transfer-encoding'] === undefined) return;
  if (length !== '0' && !request.is('application/json')) throw new AppError('unsupported_media_type', 'Send the body as Content-Type: application/json');
}

/** The documented `/api`: each route runs its GraphQL document in this process, on the same resolvers as everyone. */
export function restRouter(app: App, tokens: AccessTokens, connections: Connections, closing: AbortSignal): Router {
  const router = Router();
  const parts: Parts = { app, connections, closing, locks: new AdvisoryLocks(app.db.pool, app.config.DB_POOL_MAX_CONNS) };
  router.use(
    limitAddress(app),
    identified(app, tokens, () => true),
  );
  router.use(versioned);
  router.use((request, _response, next) => {
    requireJson(request);
    next();
  });
  router.use(...jsonBody);
  const description = openApi(schema);
  const asJson = JSON.stringify(description);
  let asYaml: string | undefined;
  router.get('/openapi.json', (_request, response) => {
    response.type('json').send(asJson);
  });
  router.get('/openapi.yaml', (_request, response) => {
    asYaml ??= stringify(description, { aliasDuplicateObjects: false });
    response.type('application/yaml').send(asYaml);
  });
  const prepared = routes.map((route) => prepare(schema, route));
  const methods = new Map<string, string[]>();
  for (const one of prepared) {
    const { method, path } = one.route;
    const pattern = path.replace(/\{(\w+)\}/g, ':$1');
    router[method](pattern, onRoute(`/api${path}`), handler(parts, one, conditionOf(prepared, one.route)));
    methods.set(pattern, [...(methods.get(pattern) ?? []), ...(method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()])]);
  }
  for (const [path, allowed] of methods) {
    router.options(path, (_request, response) => {
      response
        .setHeader('Allow', [...allowed, 'OPTIONS'].join(', '))
        .status(204)
        .end();
    });
    router.all(path, (request, response) => {
      response.setHeader('Allow', [...allowed, 'OPTIONS'].join(', '));
      throw new AppError('method_not_allowed', `${request.method} is not supported here; use ${allowed.join(' or ')}`, { allowed });
    });
  }
  router.use((request) => {
    throw new AppError('not_found', `No route exists for ${request.method} ${request.baseUrl}${request.path}`);
  });
  router.use((error: unknown, request: Request, response: Response, _next: NextFunction) => sendError(app, request, response, error));
  return router;
}
