import { type NextFunction, type Request, type Response, Router } from 'express';
import { stringify } from 'yaml';
import { schema } from '../schema/index.ts';
import { AdvisoryLocks } from '../src/database/advisory-locks.ts';
import type { App } from '../src/app.ts';
import { AppError } from '../src/errors.ts';
import type { Connections } from '../src/request/connections.ts';
import { onlyMethods } from '../src/request/methods.ts';
import { limitAddress } from '../src/request/quota.ts';
import { onRoute } from '../src/request/request-log.ts';
import { identified } from '../src/request/identified.ts';
import type { AccessTokens } from '../src/identity/index.ts';
import { sendError } from '../src/request/error-answer.ts';
import { apiIndex } from './api-index.ts';
import { bodyOf } from './body.ts';
import { handler, type Parts, permitted } from './handler.ts';
import { openApi } from './openapi.ts';
import { nearestPath } from './nearest-path.ts';
import { prepare } from './prepared.ts';
import { conditionOf } from './protocol.ts';
import { routes } from './routes.ts';
import { requireVersion, versioned } from './version.ts';

/** The documented `/api`: each route runs its GraphQL document in this process, on the same resolvers as everyone. */
export function restRouter(app: App, tokens: AccessTokens, connections: Connections, closing: AbortSignal): Router {
  const router = Router({ caseSensitive: true });
  const parts: Parts = { app, connections, closing, locks: new AdvisoryLocks(app.db.pool, app.config.DB_POOL_MAX_CONNS) };
  router.use(
    limitAddress(app),
    identified(app, tokens, () => true),
  );
  router.use(versioned);
  const description = openApi(schema);
  const asJson = JSON.stringify(description);
  let asYaml: string | undefined;
  router.get('/', requireVersion, apiIndex);
  router.get('/openapi.json', requireVersion, (_request, response) => {
    response.type('json').send(asJson);
  });
  router.get('/openapi.yaml', requireVersion, (_request, response) => {
    asYaml ??= stringify(description, { aliasDuplicateObjects: false });
    response.type('application/yaml').send(asYaml);
  });
  const prepared = routes.map((route) => prepare(schema, route));
  const methods = new Map([
    ['/', ['GET', 'HEAD']],
    ['/openapi.json', ['GET', 'HEAD']],
    ['/openapi.yaml', ['GET', 'HEAD']],
  ]);
  for (const one of prepared) {
    const { method, path } = one.route;
    const pattern = path.replace(/\{(\w+)\}/g, ':$1');
    router[method](pattern, onRoute(`/api${path}`), permitted(one), requireVersion, ...bodyOf(one), handler(parts, one, conditionOf(prepared, one.route)));
    methods.set(pattern, [...(methods.get(pattern) ?? []), ...(method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()])]);
  }
  const known = [...new Set(routes.map(({ path }) => path))];
  for (const [path, allowed] of methods) router.all(path, onlyMethods(...allowed));
  router.use((request) => {
    const meant = nearestPath(request.path, known);
    throw new AppError('not_found', `No route exists for ${request.method} ${request.baseUrl}${request.path}${meant === undefined ? '' : `; did you mean /api${meant}?`}`);
  });
  router.use((error: unknown, request: Request, response: Response, _next: NextFunction) => sendError(app, request, response, error));
  return router;
}
