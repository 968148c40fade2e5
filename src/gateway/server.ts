import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import type { App } from '../app.ts';
import { forgetOld } from '../idempotency/index.ts';
import type { AccessTokens } from '../identity/index.ts';
import { listen } from '../listening.ts';
import { isLocalOutbox } from '../mail/index.ts';
import { Connections } from '../request/connections.ts';
import { compressed } from './compressed.ts';
import { crossOrigin } from './cors.ts';
import { docsRouter, graphiql } from './docs.ts';
import { schema } from '../../schema/index.ts';
import { sendError } from '../request/error-answer.ts';
import { gitWebhook } from './git-webhook.ts';
import { graphqlRequest } from './graphql-request.ts';
import { Documents } from './guard/index.ts';
import { httpServer } from './http-server.ts';
import { oauthCallback } from './oauth-callback.ts';
import { accountPages, homePage, notFound, outboxPage } from './pages/index.ts';
import { limitAddress } from '../request/quota.ts';
import { requireFewHeaders } from '../request/header-count.ts';
import { framePage } from '../request/html-page.ts';
import { requestIdOf } from '../request/id.ts';
import { onlyMethods } from '../request/methods.ts';
import { logRequests, onRoute } from '../request/request-log.ts';
import { securityHeaders } from './security-headers.ts';
import { serveSockets } from './socket.ts';
import { makeYoga } from './yoga.ts';

export interface Gateway {
  url: string;
  stop(): Promise<void>;
}

/** Asks the database at most once a second, however many ask here. */
function readiness(app: App): () => Promise<boolean> {
  let answer: Promise<boolean> | undefined;
  return () => {
    answer ??= app.db.pool
      .query('SELECT 1')
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        setTimeout(() => {
          answer = undefined;
        }, 1000).unref();
      });
    return answer;
  };
}

/** Makes what answers below `/api`; `closing` ends what waits there. */
export type ApiRouter = (
  app: App,
  tokens: AccessTokens,
  connections: Connections,
  closing: AbortSignal,
) => RequestHandler;

/** HTTP: GraphQL, REST, subscriptions and health, on one port. */
export async function startGateway(app: App, tokens: AccessTokens, apiRouter: ApiRouter): Promise<Gateway> {
  const closing = new AbortController();
  const http = express();
  http.disable('x-powered-by');
  http.enable('case sensitive routing');
  http.use(securityHeaders(app.config.APP_URL));
  http.use((request, response, next) => {
    const requestId = requestIdOf(request.headers);
    // Whoever reads the header later, in REST or in Yoga, finds the same id.
    request.headers['x-request-id'] = requestId;
    response.setHeader('X-Request-Id', requestId);
    next();
  });
  http.use((_request, response, next) => {
    framePage(response, { brand: app.settings.current.brand });
    next();
  });
  http.use(logRequests(app.log));
  http.use((request, _response, next) => {
    requireFewHeaders(request);
    next();
  });
  const onlyGet = onlyMethods('GET', 'HEAD');
  const read = (path: string, ...handlers: RequestHandler[]): void => {
    http
      .route(path)
      .get(...handlers)
      .all(onlyGet);
  };
  read('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  const isReady = readiness(app);
  read('/readyz', async (_request, response) => {
    const ready = await isReady();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'database unavailable' });
  });
  read('/.well-known/jwks.json', (_request, response) => {
    response.setHeader('Cache-Control', 'public, max-age=300').json(tokens.keys.jwks());
  });
  http.use(['/api', '/graphql'], crossOrigin(app.config.CORS_ORIGINS));
  for (const route of ['/api', '/graphql', '/docs']) http.use(route, onRoute(route));
  const documents = new Documents(schema);
  const connections = new Connections(app.config.SOCKETS_PER_ACCOUNT);
  const yoga = makeYoga(app, documents, connections);
  http.use(
    '/graphql',
    ...compressed,
    graphiql,
    ...graphqlRequest(app, tokens),
    (request: Request, response: Response) => yoga(request, response),
  );
  http.use(accountPages(app, tokens));
  if (isLocalOutbox(app)) read('/outbox', outboxPage(app));
  const callback = '/api/auth/oauth/:provider/callback';
  read(callback, onRoute(callback), limitAddress(app), oauthCallback(app, tokens));
  const pushes = '/api/webhooks/git/:id';
  http
    .route(pushes)
    .post(onRoute(pushes), ...gitWebhook(app))
    .all(onlyMethods('POST'));
  http.use('/api', ...compressed, apiRouter(app, tokens, connections, closing.signal));
  http.use('/docs', docsRouter());
  read('/', limitAddress(app), homePage(app, tokens, isReady));
  http.use(notFound);
  http.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    sendError(app, request, response, error),
  );

  const server = httpServer(app.config, http);
  const forgetting = setInterval(() => {
    forgetOld(app).catch((error: unknown) => app.log.warn({ err: error }, 'Old idempotency keys could not be deleted'));
  }, 10 * 60_000);
  const sockets = serveSockets(server, app, tokens, documents, connections);
  await listen(server, app.config);
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : app.config.PORT;
  return {
    url: `http://${app.config.HOST}:${port}`,
    stop: async () => {
      clearInterval(forgetting);
      closing.abort();
      await sockets.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 3000).unref();
      });
    },
  };
}
