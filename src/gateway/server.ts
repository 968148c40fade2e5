import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import compression from 'compression';
import express from 'express';
import type { App } from '../app.ts';
import type { AccessTokens } from '../identity/index.ts';
import { docsRouter, graphiql } from './docs.ts';
import { restRouter } from '../../rest/router.ts';
import { requestIdOf } from './request.ts';
import { serveSockets } from './socket.ts';
import { makeYoga } from './yoga.ts';

export interface Gateway {
  url: string;
  stop(): Promise<void>;
}

/** HTTP: GraphQL, REST, subscriptions and health, on one port. */
export async function startGateway(app: App, tokens: AccessTokens): Promise<Gateway> {
  const http = express();
  http.disable('x-powered-by');
  http.use((request, response, next) => {
    const requestId = requestIdOf(request.headers);
    // Whoever reads the header later, in REST or in Yoga, finds the same id.
    request.headers['x-request-id'] = requestId;
    response.setHeader('X-Request-Id', requestId);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    const began = performance.now();
    response.on('finish', () => app.log.debug({ requestId, method: request.method, path: request.path, status: response.statusCode, ms: Math.round(performance.now() - began) }, 'request'));
    next();
  });
  http.get('/healthz', (_request, response) => { response.json({ status: 'ok' }); });
  http.get('/readyz', async (_request, response) => {
    const ready = await app.db.pool.query('SELECT 1').then(() => true, () => false);
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'database is away' });
  });
  const yoga = makeYoga(app, tokens);
  http.use('/graphql', graphiql, (request, response) => yoga(request, response));
  http.use('/api', compression({ threshold: 16 * 1024 }), restRouter(app, tokens));
  http.use('/docs', docsRouter());
  http.get('/', (_request, response) => { response.redirect('/graphql'); });
  http.use((_request, response) => { response.status(404).json({ error: { code: 'not_found', message: 'There is nothing here; the API is under /graphql and /api', details: {} } }); });

  const server: Server = createServer(http);
  const sockets = serveSockets(server, app, tokens);
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
