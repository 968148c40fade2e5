import { type GraphQLField, type GraphQLInputType, type GraphQLSchema, getNamedType, isEnumType, isNonNullType, isObjectType, Kind, OperationTypeNode } from 'graphql';
import { apiVersion } from '../src/api-version.ts';
import { errorTable } from '../src/errors.ts';
import { type Json, type JsonObject, SchemaWriter } from './json-schema.ts';
import { prepare, type PreparedRoute } from './prepared.ts';
import { conditionOf, type Protocol, protocolHeaders, protocolOf, protocolParameters } from './protocol.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';

const ref = (kind: string, name: string): JsonObject => ({ $ref: `#/components/${kind}/${name}` });

interface Scope {
  public: boolean;
  permission: string | null;
  /** Whether it works in the organization of X-Org-Slug. */
  org: boolean;
  /** Whether being signed in is not enough. */
  restricted: boolean;
}

function scopeOf(field: GraphQLField<unknown, unknown>): Scope {
  const options: unknown = field.extensions['pothosOptions'];
  const scopes: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'authScopes') : undefined;
  if (typeof scopes !== 'object' || scopes === null) return { public: false, permission: null, org: false, restricted: false };
  const permission: unknown = Reflect.get(scopes, 'permission');
  const names = Object.keys(scopes);
  return {
    public: Reflect.get(scopes, 'public') === true,
    permission: typeof permission === 'string' ? permission : null,
    org: names.some((name) => ['permission', 'member', 'owner'].includes(name)),
    restricted: names.some((name) => name !== 'public' && name !== 'signedIn'),
  };
}

function rootFieldOf(schema: GraphQLSchema, prepared: PreparedRoute): GraphQLField<unknown, unknown> {
  const definition = prepared.document.definitions[0];
  const operation = definition?.kind === Kind.OPERATION_DEFINITION ? definition.operation : OperationTypeNode.QUERY;
  const field = schema.getRootType(operation)?.getFields()[prepared.rootField];
  if (!field) throw new Error(`There is no field ${prepared.rootField}`);
  return field;
}

/** Query parameters have the stored values of an enum, as the reference has them. */
function textsOf(type: GraphQLInputType | undefined): string[] {
  const named = type && getNamedType(type);
  return isEnumType(named) ? named.getValues().map((value) => String(value.value)) : [];
}

function parametersOf(writer: SchemaWriter, prepared: PreparedRoute, field: GraphQLField<unknown, unknown>, scope: Scope): Json[] {
  const describe = (name: string): string => field.args.find((argument) => argument.name === prepared.argumentNames.get(name))?.description ?? '';
  const parameters: Json[] = scope.org ? [ref('parameters', 'OrgSlug')] : [];
  for (const name of prepared.pathParameters) parameters.push({ name, in: 'path', required: true, description: describe(name), schema: { type: 'string', maxLength: 64 } });
  for (const name of prepared.queryParameters) {
    if (name === 'first' && prepared.route.answer.as === 'list') parameters.push(ref('parameters', 'Limit'));
    else if (name === 'after' && prepared.route.answer.as === 'list') parameters.push(ref('parameters', 'Cursor'));
    else {
      const type = prepared.variables.get(name);
      const argument = field.args.find((candidate) => candidate.name === prepared.argumentNames.get(name));
      const fallback = argument?.default && 'value' in argument.default ? argument.default.value : undefined;
      const schema = type ? writer.input(type) : {};
      const plain: JsonObject = Array.isArray(schema['type']) ? { ...schema, type: schema['type'][0] ?? 'string', ...(Array.isArray(schema['enum']) ? { enum: textsOf(type) } : {}) } : schema;
      parameters.push({ name: prepared.queryName(name), in: 'query', required: type !== undefined && isNonNullType(type), description: describe(name), schema: { ...plain, ...(typeof fallback === 'string' || typeof fallback === 'number' || typeof fallback === 'boolean' ? { default: fallback } : {}) } });
    }
  }
  return parameters;
}

function bodyOf(writer: SchemaWriter, prepared: PreparedRoute, field: GraphQLField<unknown, unknown>): JsonObject | null {
  const input = prepared.variables.get('input');
  if (input) return { required: true, content: { 'application/json': { schema: writer.input(input) } } };
  const names = prepared.route.body ?? [];
  if (names.length === 0) return null;
  const required = names.filter((name) => { const type = prepared.variables.get(name); return type !== undefined && isNonNullType(type); });
  const properties: JsonObject = {};
  for (const name of names) {
    const type = prepared.variables.get(name);
    if (type) properties[name] = { ...writer.input(type), description: field.args.find((argument) => argument.name === prepared.argumentNames.get(name))?.description ?? '' };
  }
  return { required: required.length > 0, content: { 'application/json': { schema: { type: 'object', additionalProperties: false, properties, ...(required.length > 0 ? { required } : {}) } } } };
}

function successOf(writer: SchemaWriter, prepared: PreparedRoute, field: GraphQLField<unknown, unknown>): [string, JsonObject] {
  const definition = prepared.document.definitions[0];
  const root = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections[0] : undefined;
  const selection = root?.kind === Kind.FIELD ? root.selectionSet : undefined;
  const json = (description: string, schema: JsonObject, headers?: JsonObject): JsonObject => ({ description, ...(headers ? { headers } : {}), content: { 'application/json': { schema } } });
  const { answer } = prepared.route;
  const whole = (): JsonObject => writer.output(field.type, selection);
  switch (answer.as) {
    case 'object': return [String(answer.status ?? 200), json(answer.status === 201 ? 'It was created.' : 'It is answered.', whole())];
    case 'message': return ['200', json('It is done.', ref('schemas', 'Message'))];
    case 'nothing': return ['204', { description: 'It is done.' }];
    case 'redirect': return ['302', { description: 'The way goes on elsewhere.', headers: { Location: { description: 'Where the browser goes on.', schema: { type: 'string' } } } }];
    case 'whole': return ['200', json('The whole list.', { type: 'object', required: [answer.key], properties: { [answer.key]: whole() } })];
    case 'file': return ['200', { description: 'The file.', content: Object.fromEntries(answer.contentTypes.map((type): [string, JsonObject] => [type, { schema: type === 'application/json' ? { type: 'array', items: { type: 'object' } } : { type: 'string' } }])) }];
    case 'accepted': return ['202', json('The work was accepted and goes on.', ref('schemas', 'Accepted'), { Location: ref('headers', 'Location'), 'Retry-After': ref('headers', 'RetryAfter') })];
    case 'list': {
      const type = getNamedType(field.type);
      const nodes = isObjectType(type) ? type.getFields()['nodes'] : undefined;
      const chosen = selection?.selections.find((node) => node.kind === Kind.FIELD && node.name.value === 'nodes');
      const items = nodes && chosen?.kind === Kind.FIELD ? writer.output(nodes.type, chosen.selectionSet) : {};
      return ['200', json('A page of the list.', {
        type: 'object', required: ['data', 'next_cursor', 'has_more'],
        properties: { data: items, next_cursor: { type: ['string', 'null'], description: 'Send it as `cursor` for the next page; null on the last.' }, has_more: { type: 'boolean', description: 'Whether there is a next page.' } },
      }, { Link: ref('headers', 'Link') })];
    }
  }
}

const notModified: JsonObject = { description: 'You have this answer already.', headers: { ETag: ref('headers', 'ETag'), 'X-OCore-Version': ref('headers', 'Version') } };

/** An answer with what every answer of its kind has: its headers, and the stream where there is one. */
function withProtocol(answer: JsonObject, { headers, stream }: Protocol): JsonObject {
  const own = Object.fromEntries(Object.entries(headers).map(([name, component]) => [name, ref('headers', component)]));
  const events = { 'text/event-stream': { schema: { type: 'string', description: 'Server-sent events: `id` is the number, `data` one row as JSON; `event: end` comes last.' } } };
  return { ...answer, headers: { ...asObject(answer['headers']), ...own }, ...(stream ? { content: { ...asObject(answer['content']), ...events } } : {}) };
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function errorsOf(prepared: PreparedRoute, scope: Scope, hasBody: boolean, protocol: Protocol): JsonObject {
  const statuses = new Set([400, 429, 500, 503, ...protocol.statuses]);
  if (!scope.public) statuses.add(401);
  if (scope.restricted) statuses.add(403);
  if (scope.org) statuses.add(404);
  if (hasBody) { statuses.add(413); statuses.add(415); }
  if (prepared.rootField === 'login') statuses.add(401);
  return Object.fromEntries([...statuses].sort().map((status) => [String(status), ref('responses', `Error${status}`)]));
}

function errorResponses(): JsonObject {
  const statuses = [...new Set(Object.values(errorTable).map((row) => row.status))];
  return Object.fromEntries(statuses.map((status) => {
    const codes = Object.entries(errorTable).filter(([, row]) => row.status === status).map(([code]) => code);
    return [`Error${status}`, {
      description: `One of the codes ${codes.join(', ')}.`,
      content: { 'application/json': { schema: ref('schemas', 'Error') } },
    }];
  }));
}

const sharedSchemas: Record<string, JsonObject> = {
  Error: {
    type: 'object', required: ['error'],
    properties: {
      error: {
        type: 'object', required: ['code', 'message', 'details', 'request_id', 'doc_url'],
        properties: {
          code: { type: 'string', enum: Object.keys(errorTable), description: 'Stable; the same as `extensions.code` in GraphQL.' },
          message: { type: 'string', description: 'What went wrong, for people.' },
          details: { type: 'object', description: 'Which field and which constraint, all field errors at once in `errors`.', additionalProperties: true },
          request_id: { type: 'string', description: 'The request’s id, also in X-Request-Id.' },
          doc_url: { type: 'string', format: 'uri', description: 'A page about this code: what happened, and what to do.' },
        },
      },
    },
  },
  Message: { type: 'object', required: ['message'], properties: { message: { type: 'string', description: 'What was done.' } } },
  Accepted: {
    type: 'object', required: ['id', 'status', 'message', 'operationId'],
    properties: {
      id: { type: 'string', description: 'The resource.' },
      status: { type: 'string', description: 'Where the resource stands now.' },
      message: { type: 'string', description: 'What goes on.' },
      operationId: { type: ['string', 'null'], description: 'The operation to watch; null when nothing was left to do.' },
    },
  },
};

/** The OpenAPI 3.1 document of the whole route table. */
export function openApi(schema: GraphQLSchema, table: readonly Route[] = routes): JsonObject {
  const writer = new SchemaWriter();
  const paths: Record<string, JsonObject> = {};
  const operationIds = new Set<string>();
  const all = table.map((route) => prepare(schema, route));
  for (const prepared of all) {
    const { route } = prepared;
    const protocol = protocolOf(route, conditionOf(all, route) !== undefined);
    const field = rootFieldOf(schema, prepared);
    const scope = scopeOf(field);
    const body = bodyOf(writer, prepared, field);
    const [status, success] = successOf(writer, prepared, field);
    const operationId = operationIds.has(field.name) ? `${route.method}${field.name[0]?.toUpperCase() ?? ''}${field.name.slice(1)}` : field.name;
    operationIds.add(operationId);
    paths[route.path] = {
      ...paths[route.path],
      [route.method]: {
        operationId, tags: [route.category], summary: route.summary,
        description: `${field.description ?? ''}${scope.permission ? `\n\nNeeds the permission \`${scope.permission}\`.` : ''}`,
        ...(scope.public ? { security: [] } : {}),
        parameters: [...parametersOf(writer, prepared, field, scope), ...protocol.parameters.map((name) => ref('parameters', name))],
        ...(body ? { requestBody: body } : {}),
        ...(route.deprecated ? { deprecated: true } : {}),
        responses: { [status]: withProtocol(success, protocol), ...(protocol.notModified ? { 304: notModified } : {}), ...errorsOf(prepared, scope, body !== null, protocol) },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'oCore', version: apiVersion, description: 'The control plane of an Odoo fleet. Every route runs a GraphQL operation of the same name and rules.' },
    servers: [{ url: '/api' }],
    security: [{ bearer: [] }],
    tags: [...new Set(table.map((route) => route.category))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'An access token from `POST /auth/login`.' } },
      parameters: {
        OrgSlug: { name: 'X-Org-Slug', in: 'header', required: true, description: 'The organization to work in.', schema: { type: 'string', minLength: 3, maxLength: 50 } },
        Limit: { name: 'limit', in: 'query', description: 'Rows of a page.', schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 } },
        Cursor: { name: 'cursor', in: 'query', description: '`next_cursor` of the page before.', schema: { type: 'string', maxLength: 1024 } },
        ...protocolParameters,
      },
      headers: {
        Location: { description: 'The operation.', schema: { type: 'string' } },
        RetryAfter: { description: 'Seconds after which to ask again.', schema: { type: 'integer' } },
        Link: { description: 'The next and the first page, as `<…>; rel="next", <…>; rel="first"`.', schema: { type: 'string' } },
        ...protocolHeaders,
      },
      responses: errorResponses(),
      schemas: { ...sharedSchemas, ...writer.components },
    },
  };
}
