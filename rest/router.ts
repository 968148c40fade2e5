import express, { type NextFunction, type Request, type Response, Router } from 'express';
import { execute } from 'graphql';
import { stringify } from 'yaml';
import type { Context } from '../schema/context.ts';
import { schema } from '../schema/index.ts';
import type { App } from '../src/app.ts';
import { AppError } from '../src/errors.ts';
import { publicError } from '../src/gateway/graphql-errors.ts';
import { contextOf, credentialsOf, requestIdOf } from '../src/gateway/request.ts';
import type { AccessTokens } from '../src/identity/index.ts';
import { sendAnswer } from './answer.ts';
import { openApi } from './openapi.ts';
import { prepare, type PreparedRoute } from './prepared.ts';
import { routes } from './routes.ts';
import { variablesOf } from './variables.ts';

function requireJson(request: Request): void {
  if (['GET', 'DELETE'].includes(request.method) && !request.headers['content-type']) return;
  const length = request.headers['content-length'];
  if (length === undefined && request.headers['transfer-encoding'] === undefined) return;
  if (length !== '0' && !request.is('application/json')) throw new AppError('unsupported_media_type', 'Send the body as Content-Type: application/json');
}

function nextPage(request: Request, cursor: string): string {
  const url = new URL(request.originalUrl, 'http://localhost');
  url.searchParams.set('cursor', cursor);
  return `${url.pathname}${url.search}`;
}

async function dataOf(prepared: PreparedRoute, contextValue: Context, variableValues: Record<string, unknown>): Promise<unknown> {
  if (prepared.compiled) return (await prepared.compiled(contextValue, variableValues))[prepared.rootField];
  const result = await execute({ schema, document: prepared.document, contextValue, variableValues });
  const error = result.errors?.[0];
  if (error) throw error.originalError ?? new AppError('bad_request', error.message);
  return result.data?.[prepared.rootField];
}

function handler(app: App, tokens: AccessTokens, prepared: PreparedRoute) {
  return async (request: Request, response: Response): Promise<void> => {
    const client = { requestId: requestIdOf(request.headers), ipAddress: request.socket.remoteAddress ?? null, userAgent: request.headers['user-agent'] ?? null };
    const contextValue = await contextOf(app, tokens, credentialsOf(request.headers), client);
    const variableValues = variablesOf(request, prepared);
    const value = await dataOf(prepared, contextValue, variableValues);
    sendAnswer(response, prepared.route, value, (cursor) => nextPage(request, cursor));
  };
}

function fromExpress(error: unknown): unknown {
  const type: unknown = error instanceof Error ? Reflect.get(error, 'type') : undefined;
  if (type === 'entity.parse.failed') return new AppError('invalid_json', 'The body is not valid JSON');
  if (type === 'entity.too.large') return new AppError('payload_too_large', 'The body is larger than 1 MiB');
  if (error instanceof URIError) return new AppError('bad_request', 'The path is not valid');
  if (typeof type === 'string') return new AppError('bad_request', 'The request body cannot be read');
  return error;
}

/** The documented `/api`: each route runs its GraphQL document in this process, on the same resolvers as everyone. */
export function restRouter(app: App, tokens: AccessTokens): Router {
  const router = Router();
  router.use((request, _response, next) => { requireJson(request); next(); });
  router.use(express.json({ limit: '1mb', strict: false }));
  const description = openApi(schema);
  const asJson = JSON.stringify(description);
  let asYaml: string | undefined;
  router.get('/openapi.json', (_request, response) => { response.type('json').send(asJson); });
  router.get('/openapi.yaml', (_request, response) => {
    asYaml ??= stringify(description, { aliasDuplicateObjects: false });
    response.type('application/yaml').send(asYaml);
  });
  const methods = new Map<string, string[]>();
  for (const route of routes) {
    const path = route.path.replace(/\{(\w+)\}/g, ':$1');
    router[route.method](path, handler(app, tokens, prepare(schema, route)));
    methods.set(path, [...(methods.get(path) ?? []), route.method.toUpperCase()]);
  }
  for (const [path, allowed] of methods) {
    router.all(path, (request, response) => {
      response.setHeader('Allow', allowed.join(', '));
      throw new AppError('method_not_allowed', `${request.method} is not possible here; use ${allowed.join(' or ')}`, { allowed });
    });
  }
  router.use((request) => { throw new AppError('not_found', `There is no route ${request.method} ${request.baseUrl}${request.path}`); });
  router.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const requestId = requestIdOf(request.headers);
    const shown = publicError(fromExpress(error), app.log, requestId);
    response.status(shown.status).json({ error: { code: shown.code, message: shown.message, details: shown.details, request_id: requestId } });
  });
  return router;
}

