import type { IncomingMessage, ServerResponse } from 'node:http';
import { createYoga, type Plugin } from 'graphql-yoga';
import { type DocumentNode, execute, GraphQLError } from 'graphql';
import type { Context } from '../../schema/context.ts';
import { schema } from '../../schema/index.ts';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { notAcceptable } from '../request/accepted.ts';
import { holdOpen } from '../request/access-end.ts';
import type { Connections } from '../request/connections.ts';
import { maskError, withHttp } from './graphql-errors.ts';
import type { Documents } from './guard/index.ts';
import { countCost } from '../request/quota.ts';
import { contextFor } from '../request/identified.ts';

const eventStream = 'text/event-stream';

interface ServerContext {
  req: IncomingMessage;
  res: ServerResponse;
}

/** Ends its source as soon as its reader leaves; a generator would first wait for the next value. */
function mapEach<T>(source: AsyncIterable<T>, change: (value: T) => T): AsyncIterableIterator<T> {
  const inner = source[Symbol.asyncIterator]();
  return {
    next: async () => {
      const result = await inner.next();
      return result.done ? result : { done: false, value: change(result.value) };
    },
    return: async () => {
      await inner.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

interface Arguments {
  document: DocumentNode;
  contextValue: Context & ServerContext;
  operationName?: string | null | undefined;
  variableValues?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Documents are parsed and checked by the guard; what an operation costs is counted before it runs. */
const guarded = (app: App, documents: Documents, connections: Connections): Plugin<Context & ServerContext> => {
  const count = ({ document, contextValue, operationName, variableValues }: Arguments): GraphQLError | undefined => {
    try {
      const cost = documents.check(document, contextValue.access, operationName, variableValues ?? {});
      countCost(app, contextValue.access, contextValue.client, cost, contextValue.res);
      return undefined;
    } catch (error) {
      if (error instanceof AppError) return new GraphQLError(error.message, { originalError: error });
      throw error;
    }
  };
  return {
    onParams: ({ params }) => {
      // By this message Apollo's clients know to send the whole text.
      if (!params.query && params.extensions?.['persistedQuery'] !== undefined)
        throw new GraphQLError('PersistedQueryNotSupported', {
          originalError: new AppError('bad_request', 'PersistedQueryNotSupported', { constraint: 'persisted_query' }),
        });
    },
    onParse: ({ setParseFn, context }) => {
      setParseFn((source) => {
        const document = documents.parse(typeof source === 'string' ? source : source.body);
        documents.requireOperation(document, context.params?.operationName);
        return document;
      });
    },
    onValidate: ({ params, setResult }) => {
      setResult([...documents.validate(params.documentAST)]);
    },
    onExecute: ({ args, setResultAndStopExecution, setExecuteFn }) => {
      const refused = count(args);
      if (refused) return setResultAndStopExecution({ errors: [refused] });
      const { compiled } = documents.ready(args.document);
      // Anything amiss is left to the library, which knows how to answer in part.
      if (compiled && !args.operationName)
        setExecuteFn(async () =>
          compiled(args.contextValue, args.variableValues ?? {}).then(
            (data) => ({ data }),
            () => execute(args),
          ),
        );
    },
    onSubscribe: ({ args, setResultAndStopExecution }) => {
      const refused = count(args);
      if (refused) return setResultAndStopExecution({ errors: [refused] });
      try {
        const { req } = args.contextValue;
        if (!req.headers.accept?.includes(eventStream)) throw notAcceptable([eventStream]);
        holdOpen(connections, args.contextValue, args.contextValue.res);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        setResultAndStopExecution({ errors: [new GraphQLError(error.message, { originalError: error })] });
      }
    },
  };
};

/** Errors as users may read them, with the request's id. */
const masking = (app: App): Plugin<Context> => ({
  onResultProcess: ({ result, setResult, request }) => {
    if (Array.isArray(result)) return;
    const requestId = request.headers.get('x-request-id') ?? '';
    const mask = <R extends { data?: unknown; errors?: readonly unknown[] | undefined }>(one: R) =>
      one.errors
        ? {
            ...one,
            errors: one.errors.map((error) =>
              withHttp(maskError(error, app, requestId, request.headers.get('host')), 'data' in one),
            ),
          }
        : one;
    if (Symbol.asyncIterator in result) setResult(mapEach(result, mask));
    else setResult(mask(result));
  },
});

/** GraphQL over HTTP, and subscriptions as server-sent events. */
export function makeYoga(app: App, documents: Documents, connections: Connections) {
  return createYoga<ServerContext, Context>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    logging: false,
    maskedErrors: false,
    // The gateway says who may ask from another origin.
    cors: false,
    // The guard remembers documents, and not without a bound.
    parserAndValidationCache: false,
    multipart: false,
    plugins: [guarded(app, documents, connections), masking(app)],
    context: ({ req }) => contextFor(req),
    graphiql: false,
  });
}
