import type { IncomingMessage, OutgoingHttpHeaders, Server } from 'node:http';
import { execute, type GraphQLError, subscribe } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { schema } from '../../schema/index.ts';
import { type Access, requireActor } from '../access/access.ts';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { type AccessTokens, isOwnOrigin } from '../identity/index.ts';
import { limitExceeded } from '../limits/index.ts';
import { whenAccessEnds } from '../request/access-end.ts';
import { clientOf } from '../request/client.ts';
import type { Connections } from '../request/connections.ts';
import { cookieCredential } from '../request/cookie-credential.ts';
import { maskError } from './graphql-errors.ts';
import type { Documents } from './guard/index.ts';
import { requireFewHeaders } from '../request/header-count.ts';
import { assertShallow } from '../request/json-body.ts';
import { countAddress, countCost, refuseExceeded } from '../request/quota.ts';
import { contextOf, type Credentials, credentialsOf } from '../request/context.ts';
import { errorBody } from '../request/error-answer.ts';
import { requestIdOf } from '../request/id.ts';
import { publicError } from '../request/public-error.ts';
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
  const find = (name: string): string | undefined => {
    const entry = Object.entries(params ?? {}).find(([key]) => key.toLowerCase() === name);
    return typeof entry?.[1] === 'string' ? entry[1] : undefined;
  };
  // Programs can send them with the upgrade request as well; browsers cannot.
  const sent = credentialsOf(app.config, request);
  const csrfToken = find('x-csrf-token');
  return {
    authorization: find('authorization') ?? sent.authorization,
    orgSlug: find('x-org-slug') ?? sent.orgSlug,
    cookie: csrfToken === undefined ? sent.cookie : cookieCredential(app.config, request, csrfToken),
    host: sent.host,
    browser: sent.browser,
  };
}

/** Decides about a socket before it is one; gives the error of a refusal. */
function refusalOf(app: App, connections: Connections, request: IncomingMessage): AppError | undefined {
  // Every error of the socket's life names the same id.
  const client = clientOf(app.config, request);
  request.headers['x-request-id'] = client.requestId;
  try {
    if (!isOwnOrigin(app.config, request.headers))
      throw new AppError('forbidden', 'A page of another origin may not open a socket', { constraint: 'origin' });
    requireFewHeaders(request);
    countAddress(app, client.ipAddress, null);
    request.socket.once('close', connections.byAddress(client.ipAddress));
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

type Decide = (allowed: boolean, status?: number, body?: string, headers?: OutgoingHttpHeaders) => void;

/** A reason has at most 123 bytes. */
const longestReason = 120;

/** Closes with the code and the message that REST has for it. A client may come back with other credentials, or later. */
function closeFor(socket: WebSocket, { code, message }: AppError): void {
  const reason = Buffer.from(`${code}: ${message}`)
    .subarray(0, longestReason)
    .toString()
    .replace(/\uFFFD$/, '');
  socket.close(code === 'rate_limit_exceeded' ? tryAgainLater : CloseCode.Forbidden, reason);
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

/** graphql-ws on /graphql. Credentials come as connection parameters, or as headers of the upgrade request; permissions are read anew for each operation. */
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
    verifyClient: ({ req }: { req: IncomingMessage }, decide: Decide) => {
      const refused = refusalOf(app, connections, req);
      if (!refused) return decide(true);
      const { status } = refused;
      app.log.info({ requestId: requestIdOf(req.headers), ...asRequest, status, ms: 0, account: null }, 'request');
      const { body } = errorBody(app, req, refused);
      const retry = refused.details['retry_after'];
      decide(false, status, JSON.stringify(body), {
        'Content-Type': 'application/json; charset=utf-8',
        ...(typeof retry === 'number' ? { 'Retry-After': retry } : {}),
      });
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
          const { id } = requireActor(context.access);
          connected.set(socket, context.access);
          if (id !== null) socket.once('close', connections.byAccount(id));
          socket.once(
            'close',
            whenAccessEnds(app, context, (why) => closeFor(socket, why)),
          );
          return true;
        } catch (error) {
          closeFor(socket, publicError(error, app.log, requestIdOf(request.headers)));
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
            documents.check(document, contextValue.access, payload.operationName, payload.variables ?? {}),
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
