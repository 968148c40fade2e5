import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { GraphQLError, getOperationAST } from 'graphql';
import { createClient } from 'graphql-ws';
import { freshSession, sessionAfterRefusal, signedFetch } from '../sign-in/fresh.ts';
import { storedSession } from '../sign-in/session.ts';
import { appended } from './appended.ts';
import type { Values } from './values.ts';

const endpoint = new URL('/graphql', location.href);
const socket = new URL(endpoint);
socket.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';

/** Subscribes over a WebSocket, with the headers of the tab as connection parameters. */
const subscribe: Fetcher = ({ query, variables, operationName }, { headers = {} } = {}) => {
  let token = '';
  const client = createClient({
    url: socket.href,
    connectionParams: async () => {
      const named = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
      token = named ? '' : ((await freshSession())?.accessToken ?? '');
      return token ? { ...headers, authorization: `Bearer ${token}` } : headers;
    },
    // The gateway closes a socket with its token; the next one has another.
    shouldRetry: (event) => event instanceof CloseEvent && event.reason.startsWith('token_expired') && token !== '',
    on: {
      closed: (event) => {
        if (event instanceof CloseEvent && event.reason.startsWith('unauthenticated') && token)
          void sessionAfterRefusal(token).catch(() => undefined);
      },
    },
  });
  return appended(
    client.iterate({
      query,
      ...(typeof variables === 'object' ? { variables } : {}),
      ...(operationName ? { operationName } : {}),
    }),
  );
};

const http = createGraphiQLFetcher({ url: endpoint.href, fetch: signedFetch, enableIncrementalDelivery: false });

/** Runs what a tab holds, as whoever is signed in, with the ids that its variables name filled in. */
export function fetcherWith(values: Values): Fetcher {
  return async (params, options) => {
    const session = storedSession();
    const filled = await values.fill(params.variables, session);
    if ('problem' in filled) return { errors: [new GraphQLError(filled.problem)] };
    const { variables } = filled;
    const document = options?.documentAST;
    const isSubscription = document && getOperationAST(document, params.operationName)?.operation === 'subscription';
    const result = await (isSubscription ? subscribe : http)({ ...params, variables }, options);
    values.learn(result, session);
    return result;
  };
}
