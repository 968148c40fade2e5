import type { GraphQLSchema } from 'graphql';
import { apiVersion } from '../src/api-version.ts';
import { errorAnswers, errorExamples } from './openapi/errors.ts';
import { isObject, type JsonObject } from './openapi/json.ts';
import { SchemaWriter } from './openapi/json-schema.ts';
import { bodyOf, parametersOf } from './openapi/operation.ts';
import { scopeInWords, securityOf } from './openapi/scope.ts';
import { categories, headersOf, ref, securitySchemes, sharedHeaders, sharedParameters, sharedSchemas } from './openapi/shared.ts';
import { shareParts } from './openapi/shared-parts.ts';
import { successOf } from './openapi/success.ts';
import { prepare, type PreparedRoute } from './prepared.ts';
import { conditionOf, type Protocol, protocolHeaders, protocolOf, protocolParameters } from './protocol.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';

const capital = (name: string): string => `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`;

/** Begins with a verb, as client generators name functions after it: `servers` alone would be called like the module of its tag. */
function operationIdOf(schema: GraphQLSchema, { route }: PreparedRoute, field: string): string {
  if (!schema.getQueryType()?.getFields()[field]) return field;
  const isList = route.answer.as === 'list' || route.answer.as === 'whole';
  return `${isList ? 'list' : 'get'}${capital(field)}`;
}

/** Those of the headers that the paths refer to. */
function usedHeaders(paths: JsonObject): Record<string, JsonObject> {
  const text = JSON.stringify(paths);
  return Object.fromEntries(Object.entries({ ...sharedHeaders, ...protocolHeaders }).filter(([name]) => text.includes(`"#/components/headers/${name}"`)));
}

const events: JsonObject = { schema: { type: 'string', maxLength: 65536, description: 'Server-sent events: `id` is the place of the row in the stream, `data` one row as JSON; the last event is `event: end`.' } };

/** A response with what every response of its kind has: its headers, and the stream where there is one. */
function withProtocol(answer: JsonObject, { headers, stream }: Protocol): JsonObject {
  const own = Object.fromEntries(Object.entries(headers).map(([name, component]) => [name, ref('headers', component)]));
  const given = (name: string): JsonObject => (isObject(answer[name]) ? answer[name] : {});
  return { ...answer, headers: { ...given('headers'), ...own }, ...(stream ? { content: { ...given('content'), 'text/event-stream': events } } : {}) };
}

function operationOf(writer: SchemaWriter, prepared: PreparedRoute, operationId: string, protocol: Protocol): JsonObject {
  const { route, field } = prepared;
  const scope = prepared.requirement;
  const subject = { writer, prepared, field };
  const body = bodyOf(subject);
  const parameters = [...parametersOf(subject), ...protocol.parameters.map((name) => ref('parameters', name))];
  const success = Object.entries(successOf(subject)).map(([status, answer]): [string, JsonObject] => [status, withProtocol(answer, protocol)]);
  const notModified: JsonObject = { description: 'Not modified.', headers: { ...headersOf(), ETag: ref('headers', 'ETag') } };
  return {
    operationId,
    tags: [route.category],
    summary: route.summary,
    description: [field.description ?? '', ...(protocol.stream ? ['With the header `Accept: text/event-stream` and no other type, the response is a live stream of server-sent events until the end.'] : []), scopeInWords(scope)].join('\n\n'),
    ...(route.deprecated || field.deprecationReason ? { deprecated: true } : {}),
    ...(scope.permission ? { 'x-permission': scope.permission } : {}),
    security: securityOf(scope),
    parameters,
    ...(body ? { requestBody: body } : {}),
    responses: { ...Object.fromEntries(success), ...(protocol.notModified ? { 304: notModified } : {}), ...errorAnswers(prepared, scope, body !== null, protocol.statuses.includes(412)) },
  };
}

/** The categories in the order of the reference. */
function tagsOf(table: readonly Route[]): JsonObject[] {
  const used = new Set(table.map((route) => route.category));
  const ordered = Object.keys(categories).filter((name) => used.delete(name));
  return [...ordered, ...used].map((name) => ({ name, description: categories[name] ?? name }));
}

export interface Described {
  document: JsonObject;
  /** Fields whose example is missing in example-values.ts. */
  withoutExample: readonly string[];
}

export function describe(schema: GraphQLSchema, table: readonly Route[] = routes): Described {
  const writer = new SchemaWriter();
  const paths: Record<string, JsonObject> = {};
  const operationIds = new Set<string>();
  const all = table.map((route) => prepare(schema, route));
  for (const prepared of all) {
    const { route } = prepared;
    const protocol = protocolOf(route, conditionOf(all, route) !== undefined);
    const { field } = prepared;
    const usual = operationIdOf(schema, prepared, field.name);
    const operationId = operationIds.has(usual) ? `${route.method}${capital(usual)}` : usual;
    operationIds.add(operationId);
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(writer, prepared, operationId, protocol) };
  }
  const shared = shareParts(paths);
  const document: JsonObject = {
    openapi: '3.1.0',
    info: {
      title: 'oCore',
      version: apiVersion,
      summary: 'The control plane of an Odoo fleet.',
      description:
        'Every route runs a GraphQL operation, with the same rules. Guides: [/docs](/docs/).\n\nSend `Authorization: Bearer <access token or API key>`, and `X-Org-Slug` for the resources of an organization. Lists are `{data, next_cursor, has_more}`. Slow work returns 202 with an operation to watch. Errors are `{"error": {code, message, details, request_id, doc_url}}`; each code is explained at [/docs/errors](/docs/errors/).',
      license: { name: 'Proprietary', identifier: 'LicenseRef-oCore' },
    },
    servers: [{ url: '/api', description: 'This installation, in production', 'x-internal': false }],
    security: [{ accessToken: [] }],
    tags: tagsOf(table),
    paths: shared.paths,
    components: {
      securitySchemes,
      parameters: { ...sharedParameters, ...protocolParameters, ...shared.parameters },
      headers: usedHeaders({ ...shared.paths, ...shared.responses }),
      responses: shared.responses,
      examples: errorExamples(),
      schemas: { ...sharedSchemas, ...writer.components },
    },
  };
  return { document, withoutExample: [...writer.withoutExample].sort() };
}

/** The OpenAPI 3.1 document of the whole route table. */
export function openApi(schema: GraphQLSchema, table?: readonly Route[]): JsonObject {
  return describe(schema, table).document;
}
