import type { AddressInfo } from 'node:net';
import compression from 'compression';
import express from 'express';
import type { App } from '../app.ts';
import type { AccessTokens } from '../identity/index.ts';
import { Connections } from './connections.ts';
import { docsRouter } from './docs.ts';
import { schema } from '../../schema/index.ts';
import { restRouter } from '../../rest/router.ts';
import { publicError } from './graphql-errors.ts';
import { graphqlRequest } from './graphql-request.ts';
import { Documents } from './guard/index.ts';
import { httpServer } from './http-server.ts';
import { bodyError } from './json-body.ts';
import { requestIdOf } from './request.ts';
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
    answer ??= app.db.pool.query('SELECT 1').then(() => true, () => false).finally(() => { setTimeout(() => { answer = undefined; }, 1000).unref(); });
    return answer;
  };
}

/** HTTP: GraphQL, REST, subscriptions and health, on one port. */
export async function startGateway(app: App, tokens: AccessTokens): Promise<Gateway> {
  const http = express();
  http.disable('x-powered-by');
  http.use(securityHeaders(app.config.APP_URL));
  http.use((request, response, next) => {
    const requestId = requestIdOf(request.headers);
    // Whoever reads the header later, in REST or in Yoga, finds the same id.
    request.headers['x-request-id'] = requestId;
    response.setHeader('X-Request-Id', requestId);
    const began = performance.now();
    response.on('finish', () => app.log.debug({ requestId, method: request.method, path: request.path, status: response.statusCode, ms: Math.round(performance.now() - began) }, 'request'));
    next();
  });
  http.get('/healthz', (_request, response) => { response.json({ status: 'ok' }); });
  const isReady = readiness(app);
  http.get('/readyz', async (_request, response) => {
    const ready = await isReady();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'database is away' });
  });
  const documents = new Documents(schema);
  const connections = new Connections(app.config.SOCKETS_PER_ACCOUNT);
  const yoga = makeYoga(app, tokens, documents, connections);
  http.use('/graphql', ...graphqlRequest(app), (request: express.Request, response: express.Response) => yoga(request, response));
  http.use('/api', compression({ threshold: 16 * 1024 }), restRouter(app, tokens));
  http.use('/docs', docsRouter());
  http.get('/', (_request, response) => { response.redirect('/graphql'); });
  http.use((_request, response) => { response.status(404).json({ error: { code: 'not_found', message: 'There is nothing here; the API is under /graphql and /api', details: {} } }); });
  http.use((error: unknown, request: express.Request, response: express.Response, _next: express.NextFunction) => {
    const requestId = requestIdOf(request.headers);
    const shown = publicError(bodyError(error), app.log, requestId);
    response.status(shown.status).json({ error: { code: shown.code, message: shown.message, details: shown.details, request_id: requestId } });
  });

  const server = httpServer(http);
  const sockets = serveSockets(server, app, tokens, documents, connections);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(app.config.PORT, app.config.HOST, resolve);
  });
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : app.config.PORT;
  return {
    url: `http://${app.config.HOST}:${port}`,
    stop: async () => {
      await sockets.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 3000).unref();
      });
    },
  };
}
