import type { IncomingMessage, ServerResponse } from 'node:http';
import { createYoga, type Plugin } from 'graphql-yoga';
import { type DocumentNode, execute } from 'graphql';
import { type CompiledQuery, compileQuery } from '../../schema/compiled-query.ts';
import type { Context } from '../../schema/context.ts';
import { schema } from '../../schema/index.ts';
import type { App } from '../app.ts';
import type { AccessTokens } from '../identity/index.ts';
import { maskError } from './graphql-errors.ts';
import { contextOf, credentialsOf, requestIdOf } from './request.ts';

interface ServerContext {
  req: IncomingMessage;
  res: ServerResponse;
}

// Yoga gives the same parsed document for the same text.
const compiledDocuments = new WeakMap<DocumentNode, CompiledQuery | 'not'>();

function compiledOf(document: DocumentNode): CompiledQuery | undefined {
  let known = compiledDocuments.get(document);
  if (!known) {
    known = compileQuery(schema, document) ?? 'not';
    compiledDocuments.set(document, known);
  }
  return known === 'not' ? undefined : known;
}

async function* mapEach<T>(source: AsyncIterable<T>, change: (value: T) => T): AsyncGenerator<T> {
  for await (const value of source) yield change(value);
}

const compiledQueries: Plugin<Context> = {
  onExecute: ({ args, setExecuteFn }) => {
    const compiled = compiledOf(args.document);
    if (!compiled || args.operationName) return;
    // Anything amiss is left to the library, which knows how to answer in part.
    setExecuteFn(async () => compiled(args.contextValue, args.variableValues ?? {}).then((data) => ({ data }), () => execute(args)));
  },
};

/** Errors as users may read them, with the request's id. */
const masking = (app: App): Plugin<Context> => ({
  onResultProcess: ({ result, setResult, request }) => {
    if (Array.isArray(result)) return;
    const requestId = request.headers.get('x-request-id') ?? '';
    const mask = <R extends { errors?: readonly unknown[] | undefined }>(one: R) => (one.errors ? { ...one, errors: one.errors.map((error) => maskError(error, app.log, requestId)) } : one);
    if (Symbol.asyncIterator in result) setResult(mapEach(result, mask));
    else setResult(mask(result));
  },
});

/** GraphQL over HTTP, and subscriptions as server-sent events. */
export function makeYoga(app: App, tokens: AccessTokens) {
  return createYoga<ServerContext, Context>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    logging: false,
    maskedErrors: false,
    plugins: [compiledQueries, masking(app)],
    context: async ({ req }) => {
      const requestId = requestIdOf(req.headers);
      return contextOf(app, tokens, credentialsOf(req.headers), { requestId, ipAddress: req.socket.remoteAddress ?? null, userAgent: req.headers['user-agent'] ?? null });
    },
    graphiql: false,
  });
}
