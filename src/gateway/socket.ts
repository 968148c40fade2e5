import type { IncomingMessage, Server } from 'node:http';
import { execute, type GraphQLError, subscribe } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { schema } from '../../schema/index.ts';
import type { Access } from '../access/access.ts';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { type AccessTokens, isOwnOrigin } from '../identity/index.ts';
import { limitExceeded } from '../limits/index.ts';
import { whenAccessEnds } from '../request/access-end.ts';
import { clientOf } from '../request/client.ts';
import type { Connections } from '../request/connections.ts';
import { cookieCredential } from '../request/cookie-credential.ts';
import { maskError } from './graphql-errors.ts';
import { checkCost, type Documents } from './guard/index.ts';
import { assertShallow } from '../request/json-body.ts';
import { countAddress, countCost, refuseExceeded } from '../request/quota.ts';
import { contextOf, type Credentials, credentialsOf } from '../request/context.ts';
import { requestIdOf } from '../request/id.ts';
import { accountOf } from '../request/request-log.ts';

const initMs = 5000;
const subscriptionsPerSocket = 100;
const messagesPerTenSeconds = 1000;
/** Who does not read what it subscribed to is let go before it fills the memory. */
const maxUnreadBytes = 4 * 1024 * 1024;
const tryAgainLater = 1013;
const policyViolation = 1008;

function credentialsFrom(
  app: App,
  request: IncomingMessage,
  params: Readonly<Record<string, unknown>> | undefined,
): Credentials {
  const find = (name: string): string | null => {
    const entry = Object.entries(params ?? {}).find(([key]) => key.toLowerCase() === name);
    return typeof entry?.[1] === 'string' ? entry[1] : null;
  };
  const { browser } = credentialsOf(app.config, request);
  return {
    authorization: find('authorization'),
    orgSlug: find('x-org-slug'),
    cookie: cookieCredential(app.config, request, find('x-csrf-token')),
    browser,
  };
}

/** Decides about a socket before it is one; gives the HTTP status of the refusal. */
function refusalOf(app: App, connections: Connections, request: IncomingMessage): number | undefined {
  // Every error of the socket's life names the same id.
  const client = clientOf(app.config, request);
  request.headers['x-request-id'] = client.requestId;
  if (!isOwnOrigin(app.config, request.headers)) return 403;
  try {
    countAddress(app, client.ipAddress, null);
    request.socket.once('close', connections.byAddress(client.ipAddress));
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error.status;
    throw error;
  }
}

function limitMessages(socket: WebSocket): void {
  // A listener that stays: an error that nobody hears would end the process.
  socket.on('error', () => {});
  let since = Date.now();
  let seen = 0;
  socket.on('message', () => {
    if (Date.now() - since > 10_000) [since, seen] = [Date.now(), 0];
    seen += 1;
    if (seen > messagesPerTenSeconds) socket.close(policyViolation, 'Too many messages');
  });
}

/** What a socket is in the log, whose line is written at its end. */
const asRequest = { method: 'GET', route: '/graphql' };

/** graphql-ws on /graphql. Credentials come as connection parameters; permissions are read anew for each operation. */
export function serveSockets(
  server: Server,
  app: App,
  tokens: AccessTokens,
  documents: Documents,
  connections: Connections,
): { close: () => Promise<void> } {
  const sockets = new WebSocketServer({
    server,
    path: '/graphql',
    maxPayload: 1024 * 1024,
    verifyClient: ({ req }: { req: IncomingMessage }, decide: (allowed: boolean, status?: number) => void) => {
      const status = refusalOf(app, connections, req);
      if (status !== undefined)
        app.log.info({ requestId: requestIdOf(req.headers), ...asRequest, status, ms: 0, account: null }, 'request');
      decide(status === undefined, status);
    },
  });
  const connected = new WeakMap<WebSocket, Access>();
  sockets.on('connection', limitMessages);
  sockets.on('connection', (socket, request) => {
    const began = performance.now();
    socket.once('close', () => {
      const ms = Math.round(performance.now() - began);
      const { account = null } = accountOf(connected.get(socket)?.actor ?? null);
      app.log.info({ requestId: requestIdOf(request.headers), ...asRequest, status: 101, ms, account }, 'request');
    });
  });
  const mask = (request: IncomingMessage, error: unknown): GraphQLError =>
    maskError(error, app, requestIdOf(request.headers), request.headers.host);
  const disposable = useServer(
    {
      isProd: true,
      connectionInitWaitTimeout: initMs,
      onConnect: async ({ connectionParams, extra: { request, socket } }) => {
        try {
          const context = await contextOf(
            app,
            tokens,
            credentialsFrom(app, request, connectionParams),
            clientOf(app.config, request),
            null,
          );
          if (!context.access.actor?.id) return false;
          connected.set(socket, context.access);
          socket.once('close', connections.byAccount(context.access.actor.id));
          socket.once(
            'close',
            whenAccessEnds(app, context, (why) => socket.close(CloseCode.Forbidden, why)),
          );
          return true;
        } catch (error) {
          if (error instanceof AppError && error.code === 'rate_limit_exceeded')
            socket.close(tryAgainLater, 'Too many requests or connections; try again later');
          return false;
        }
      },
      onSubscribe: async ({ connectionParams, extra: { request, socket }, subscriptions }, _id, payload) => {
        const running = Object.keys(subscriptions).length;
        try {
          const known = connected.get(socket);
          if (known) refuseExceeded(app, known);
          // Counted before the document costs anything, whatever is wrong with it.
          const contextValue = await contextOf(
            app,
            tokens,
            credentialsFrom(app, request, connectionParams),
            clientOf(app.config, request),
            null,
          );
          if (running > subscriptionsPerSocket)
            throw limitExceeded(
              'subscriptions',
              `${subscriptionsPerSocket} operations already run on this socket, which is the maximum`,
              1,
            );
          assertShallow(payload.variables);
          const document = documents.parse(payload.query);
          documents.requireOperation(document, payload.operationName);
          const errors = documents.validate(document);
          if (errors.length > 0) return errors.map((error) => mask(request, error));
          countCost(
            app,
            contextValue.access,
            contextValue.client,
            checkCost(documents.ready(document), payload.operationName, payload.variables ?? {}),
            null,
          );
          return {
            schema,
            document,
            operationName: payload.operationName,
            variableValues: payload.variables,
            contextValue,
          };
        } catch (error) {
          return [mask(request, error)];
        }
      },
      onNext: ({ extra: { request, socket } }, _id, _payload, _args, result) => {
        if (socket.bufferedAmount > maxUnreadBytes) socket.terminate();
        return result.errors ? { ...result, errors: result.errors.map((error) => mask(request, error)) } : result;
      },
      onError: ({ extra: { request } }, _id, _payload, errors) => errors.map((error) => mask(request, error).toJSON()),
      execute,
      subscribe,
    },
    sockets,
    12_000,
  );
  return {
    close: async () => {
      await disposable.dispose();
    },
  };
}
