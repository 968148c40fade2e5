import type { Server } from 'node:http';
import { execute, parse, specifiedRules, subscribe, validate } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { schema } from '../../schema/index.ts';
import type { App } from '../app.ts';
import { accessTopics } from '../access/access.ts';
import { AppError } from '../errors.ts';
import type { AccessTokens } from '../identity/index.ts';
import { maskError } from './graphql-errors.ts';
import { contextOf, type Credentials, requestIdOf } from './request.ts';

function credentialsFrom(params: Readonly<Record<string, unknown>> | undefined): Credentials {
  const find = (name: string): string | null => {
    const entry = Object.entries(params ?? {}).find(([key]) => key.toLowerCase() === name);
    return typeof entry?.[1] === 'string' ? entry[1] : null;
  };
  return { authorization: find('authorization'), orgSlug: find('x-org-slug') };
}

/** graphql-ws on /graphql. Credentials come as connection parameters; permissions are read anew for each operation. */
export function serveSockets(server: Server, app: App, tokens: AccessTokens): { close: () => Promise<void> } {
  const sockets = new WebSocketServer({ server, path: '/graphql', maxPayload: 1024 * 1024 });
  const disposable = useServer(
    {
      onConnect: async ({ connectionParams, extra }) => {
        // A browser sends its page's origin: only our own may use a socket in the user's name.
        const { origin, host } = extra.request.headers;
        if (origin && new URL(origin).host !== host && origin !== app.config.APP_URL) return false;
        try {
          const credentials = credentialsFrom(connectionParams);
          const context = await contextOf(app, tokens, credentials, { requestId: requestIdOf(extra.request.headers), ipAddress: extra.request.socket.remoteAddress ?? null, userAgent: null });
          const { actor, expiresAt } = context.access;
          if (!actor) return false;
          const timer = expiresAt === null ? undefined : setTimeout(() => extra.socket.close(CloseCode.Forbidden, 'The access token has expired'), Math.min(2 ** 31 - 1, expiresAt * 1000 - Date.now()));
          // A session or key that ended, or a membership that was taken away, closes the socket at once, on every process.
          const stops = accessTopics(context.access).map((topic) => app.events.on(topic, () => {
            context.reauthenticate().catch((error: unknown) => { if (error instanceof AppError) extra.socket.close(CloseCode.Forbidden, 'Access has ended'); });
          }));
          extra.socket.once('close', () => { clearTimeout(timer); for (const stop of stops) stop(); });
          return true;
        } catch {
          return false;
        }
      },
      onSubscribe: async (ctx, _id, payload) => {
        const requestId = requestIdOf(ctx.extra.request.headers);
        try {
          const document = parse(payload.query, { maxTokens: 2000 });
          const errors = validate(schema, document, specifiedRules);
          if (errors.length > 0) return errors.map((error) => maskError(error, app.log, requestId));
          const client = { requestId, ipAddress: ctx.extra.request.socket.remoteAddress ?? null, userAgent: ctx.extra.request.headers['user-agent'] ?? null };
          return { schema, document, operationName: payload.operationName, variableValues: payload.variables, contextValue: await contextOf(app, tokens, credentialsFrom(ctx.connectionParams), client) };
        } catch (error) {
          return [maskError(error, app.log, requestId)];
        }
      },
      onNext: (ctx, _id, _payload, _args, result) => (result.errors ? { ...result, errors: result.errors.map((error) => maskError(error, app.log, requestIdOf(ctx.extra.request.headers))) } : result),
      onError: (ctx, _id, _payload, errors) => errors.map((error) => maskError(error, app.log, requestIdOf(ctx.extra.request.headers)).toJSON()),
      execute,
      subscribe,
    },
    sockets,
    12_000,
  );
  return { close: async () => { await disposable.dispose(); } };
}
