import { type GraphQLField, type GraphQLSchema, Kind, OperationTypeNode } from 'graphql';
import { errorAnswers, errorExamples } from './openapi/errors.ts';
import { type JsonObject, SchemaWriter } from './openapi/json-schema.ts';
import { bodyOf, parametersOf, successOf } from './openapi/operation.ts';
import { scopeInWords, scopeOf, securityOf } from './openapi/scope.ts';
import { categories, securitySchemes, sharedHeaders, sharedParameters, sharedSchemas } from './openapi/shared.ts';
import { prepare, type PreparedRoute } from './prepared.ts';
import { routes } from './routes.ts';

function rootFieldOf(schema: GraphQLSchema, prepared: PreparedRoute): GraphQLField<unknown, unknown> {
  const definition = prepared.document.definitions[0];
  const operation = definition?.kind === Kind.OPERATION_DEFINITION ? definition.operation : OperationTypeNode.QUERY;
  const field = schema.getRootType(operation)?.getFields()[prepared.rootField];
  if (!field) throw new Error(`There is no field ${prepared.rootField}`);
  return field;
}

function operationOf(writer: SchemaWriter, prepared: PreparedRoute, field: GraphQLField<unknown, unknown>, operationId: string): JsonObject {
  const { route } = prepared;
  const scope = scopeOf(field);
  const subject = { writer, prepared, field };
  const body = bodyOf(subject);
  const parameters = parametersOf(subject);
  return {
    operationId, tags: [route.category], summary: route.summary,
    description: [field.description ?? '', scopeInWords(scope)].join('\n\n'),
    ...(field.deprecationReason ? { deprecated: true } : {}),
    ...(scope.permission ? { 'x-permission': scope.permission } : {}),
    security: securityOf(scope),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: body } : {}),
    responses: { ...successOf(subject), ...errorAnswers(prepared, scope, body !== null) },
  };
}

export interface Described {
  document: JsonObject;
  /** Fields whose example is missing in example-values.ts. */
  withoutExample: readonly string[];
}

export function describe(schema: GraphQLSchema): Described {
  const writer = new SchemaWriter();
  const paths: Record<string, JsonObject> = {};
  const operationIds = new Set<string>();
  for (const route of routes) {
    const prepared = prepare(schema, route);
    const field = rootFieldOf(schema, prepared);
    const operationId = operationIds.has(field.name) ? `${route.method}${field.name[0]?.toUpperCase() ?? ''}${field.name.slice(1)}` : field.name;
    operationIds.add(operationId);
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(writer, prepared, field, operationId) };
  }
  const document: JsonObject = {
    openapi: '3.1.0',
    info: {
      title: 'oCore', version: '2026-11-24', summary: 'The control plane of an Odoo fleet.',
      description: 'Every route runs a GraphQL operation of the same rules. Guides: [/docs](/docs/).\n\nSend `Authorization: Bearer <access token or API key>`, and `X-Org-Slug` for what belongs to an organization. Lists are `{data, next_cursor, has_more}`. Slow work answers 202 with an operation to watch. Errors are `{"error": {code, message, details, request_id}}`; each code has its page at [/docs/errors](/docs/errors/).',
      license: { name: 'Proprietary', identifier: 'LicenseRef-oCore' },
    },
    servers: [{ url: '/api', description: 'This installation, in production', 'x-internal': false }],
    security: [{ accessToken: [] }],
    tags: [...new Set(routes.map((route) => route.category))].map((name) => ({ name, description: categories[name] ?? name })),
    paths,
    components: { securitySchemes, parameters: sharedParameters, headers: sharedHeaders, examples: errorExamples(), schemas: { ...sharedSchemas, ...writer.components } },
  };
  return { document, withoutExample: [...writer.withoutExample].sort() };
}

/** The OpenAPI 3.1 document of the whole route table. */
export function openApi(schema: GraphQLSchema): JsonObject {
  return describe(schema).document;
}
