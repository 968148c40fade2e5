import type { IncomingMessage, ServerResponse } from 'node:http';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { createYoga } from 'graphql-yoga';
import { schema } from '../../schema/index.ts';
import type { App } from '../app.ts';
import type { AccessTokens } from '../identity/tokens.ts';
import { maskError } from './graphql-errors.ts';
import { contextOf, credentialsOf, requestIdOf } from './request.ts';

interface ServerContext {
  req: IncomingMessage;
  res: ServerResponse;
}

/** GraphQL over HTTP, and subscriptions as server-sent events. */
export function makeYoga(app: App, tokens: AccessTokens) {
  return createYoga<ServerContext>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    logging: false,
    maskedErrors: { maskError: (error) => maskError(error, app.log, 'in the X-Request-Id header') },
    context: async ({ req }) => {
      const requestId = requestIdOf(req.headers);
      return contextOf(app, tokens, credentialsOf(req.headers), { requestId, ipAddress: req.socket.remoteAddress ?? null, userAgent: req.headers['user-agent'] ?? null });
    },
    graphiql: { title: 'oCore GraphiQL', subscriptionsProtocol: 'WS' },
    renderGraphiQL,
  });
}
