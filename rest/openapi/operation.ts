import { type GraphQLField, type GraphQLInputType, getNamedType, getNullableType, isEnumType, isNonNullType, isObjectType, Kind, type SelectionSetNode } from 'graphql';
import type { PreparedRoute } from '../prepared.ts';
import { constraintsOf } from './constraints.ts';
import { exampleValue, shortExampleFields } from './example-values.ts';
import { bodyExamples, exampleOf } from './examples.ts';
import type { Json, JsonObject } from './json.ts';
import type { SchemaWriter } from './json-schema.ts';
import { headersOf, ref } from './shared.ts';

/** A route with the GraphQL field that it runs. */
export interface Subject {
  writer: SchemaWriter;
  prepared: PreparedRoute;
  field: GraphQLField<unknown, unknown>;
}

/** The argument that a variable of the route's document is for. */
function argumentOf({ field, prepared }: Subject, variable: string) {
  return field.args.find((argument) => argument.name === prepared.argumentNames.get(variable));
}

/** What is accepted for a variable. */
function acceptedFor({ writer, prepared, field }: Subject, variable: string): JsonObject {
  const type = prepared.variables.get(variable);
  return type ? { ...writer.input(type), ...constraintsOf(field.name)(prepared.argumentNames.get(variable) ?? '') } : {};
}

/** A parameter cannot be null, only absent. It has the stored values of an enum, as the reference has them. */
function present(schema: JsonObject, type: GraphQLInputType): JsonObject {
  const named = getNamedType(type);
  const given = schema['type'];
  return { ...schema, ...(Array.isArray(given) ? { type: given[0] ?? 'string' } : {}), ...(isEnumType(named) ? { enum: named.getValues().map((value) => String(value.value)) } : {}) };
}

export function parametersOf(subject: Subject): Json[] {
  const { writer, prepared, field } = subject;
  const inPath = prepared.pathParameters.map((name): JsonObject => ({
    name, in: 'path', required: true, description: argumentOf(subject, name)?.description ?? '', schema: { type: 'string', maxLength: 64, ...(getNamedType(prepared.variables.get(name))?.name === 'ID' ? { format: 'uuid' } : {}) },
    example: exampleValue(resourceOf(field), name) ?? exampleValue('Operation', 'id') ?? '',
  }));
  const inQuery = prepared.queryParameters.map((name): JsonObject => {
    if (name === 'first' && prepared.route.answer.as === 'list') return ref('parameters', 'Limit');
    if (name === 'after' && prepared.route.answer.as === 'list') return ref('parameters', 'Cursor');
    const type = prepared.variables.get(name);
    const argument = argumentOf(subject, name);
    // As Pothos gives it: the value that resolvers see, which of an enum is the one of REST.
    const fallback: unknown = argument?.defaultValue;
    const described = writer.described(type ? present(acceptedFor(subject, name), type) : {}, { type: field.name, field: name }, argument?.description);
    // An example would be sent by whoever tries the route as it stands; filters are for those who want them.
    const { description = '', examples: _examples, ...schema } = described;
    return {
      name: prepared.queryName(name), in: 'query', required: type !== undefined && isNonNullType(type), description,
      schema: { ...schema, ...(typeof fallback === 'string' || typeof fallback === 'number' || typeof fallback === 'boolean' ? { default: fallback } : {}) },
    };
  });
  return [...inPath, ...inQuery];
}

/** The type whose id the path names: the field’s own, or the one that its payload holds. */
function resourceOf(field: GraphQLField<unknown, unknown>): string {
  const name = getNamedType(field.type).name.replace(/Payload$/, '');
  return exampleValue(name, 'id') === undefined ? (/(Server|Instance|Operation|Environment|Project)/i.exec(field.name)?.[1] ?? name) : name;
}

export function bodyOf(subject: Subject): JsonObject | null {
  const { writer, prepared, field } = subject;
  const input = prepared.variables.get('input');
  if (input) {
    const schema = writer.input(input);
    const free = exampleValue(field.name, prepared.argumentNames.get('input') ?? '');
    const content = { schema, examples: free !== undefined ? { full: { summary: 'As the browser returns it', value: free } } : bodyExamples(schema, writer.components, shortExampleFields[getNamedType(input).name] ?? []) };
    return { required: true, description: argumentOf(subject, 'input')?.description ?? '', content: { 'application/json': content } };
  }
  const names = prepared.route.body ?? [];
  if (names.length === 0) return null;
  const required = names.filter((name) => { const type = prepared.variables.get(name); return type !== undefined && isNonNullType(type); });
  const properties: JsonObject = {};
  for (const name of names) {
    properties[name] = writer.described(acceptedFor(subject, name), { type: field.name, field: name }, argumentOf(subject, name)?.description);
  }
  const schema: JsonObject = { type: 'object', additionalProperties: false, properties, ...(required.length > 0 ? { required } : {}) };
  return { required: required.length > 0, description: field.description ?? '', content: { 'application/json': { schema, examples: bodyExamples(schema, writer.components, []) } } };
}

function childOf(selection: SelectionSetNode | undefined, name: string): SelectionSetNode | undefined {
  const found = selection?.selections.find((node) => node.kind === Kind.FIELD && node.name.value === name);
  return found?.kind === Kind.FIELD ? found.selectionSet : undefined;
}

/** 202 with the resource, what goes on, and the operation to watch. */
function acceptedSchema(writer: SchemaWriter, field: GraphQLField<unknown, unknown>, resource: string, message: string): { schema: JsonObject; mayBeDone: boolean } {
  const payload = getNamedType(field.type);
  const fields = isObjectType(payload) ? payload.getFields() : {};
  const subject = resource === 'operation' ? payload : getNamedType(fields[resource]?.type);
  const status = isObjectType(subject) ? subject.getFields()['status'] : undefined;
  const name = subject?.name ?? resource;
  const mayBeDone = resource !== 'operation' && fields['operation'] !== undefined && !isNonNullType(fields['operation'].type);
  const schema: JsonObject = {
    type: 'object', description: `The ${resource} and the operation that works on it.`, required: ['id', 'status', 'message', 'operationId'],
    properties: {
      id: writer.described({ type: 'string', format: 'uuid', maxLength: 64 }, { type: name, field: 'id' }, `The ${resource}.`),
      status: status ? writer.described(writer.output(status.type, undefined), { type: name, field: 'status' }, `The current status of the ${resource}.`) : {},
      message: { type: 'string', maxLength: 1024, description: 'What is in progress.', examples: [message] },
      operationId: { type: mayBeDone ? ['string', 'null'] : 'string', format: 'uuid', maxLength: 64, description: `The operation to watch${mayBeDone ? '; null if no work was needed' : ''}.`, examples: [exampleValue('', 'operationId') ?? null] },
    },
  };
  return { schema, mayBeDone };
}

/** A file is not described field by field. */
function fileOf(contentType: string): JsonObject {
  if (contentType === 'application/json') return { schema: { type: 'array', maxItems: 100_000, items: { type: 'object' } }, example: [] };
  return { schema: { type: 'string', maxLength: 2 ** 26 }, example: 'createdAt,action\n' };
}

export function successOf({ writer, prepared, field }: Subject): Record<string, JsonObject> {
  const definition = prepared.document.definitions[0];
  const selection = definition?.kind === Kind.OPERATION_DEFINITION ? childOf(definition.selectionSet, field.name) : undefined;
  const json = (description: string, schema: JsonObject, ...headers: string[]): JsonObject => ({ description, headers: headersOf(...headers), content: { 'application/json': { schema, example: exampleOf(schema, writer.components) } } });
  const { answer } = prepared.route;
  const whole = (): JsonObject => writer.output(field.type, selection);
  const described = (name: string): JsonObject => ({ ...writer.described(whole(), { type: field.name, field: name }, field.description) });
  switch (answer.as) {
    case 'object': return { [answer.status ?? 200]: json(answer.status === 201 ? 'It was created.' : 'Success.', whole()) };
    case 'message': return { 200: json('Success.', { allOf: [ref('schemas', 'Message')], examples: [{ message: answer.message }] }) };
    case 'session': {
      const payload = getNamedType(field.type);
      const made = isObjectType(payload) ? payload.getFields()[answer.key] : undefined;
      return {
        201: json('Created.', made ? writer.output(getNullableType(made.type), childOf(selection, answer.key)) : {}),
        202: json('The address must be confirmed first. The response is the same for every address.', { allOf: [ref('schemas', 'Message')], examples: [{ message: answer.message }] }),
      };
    }
    case 'whole': return { 200: json('The complete list.', { type: 'object', required: [answer.key], properties: { [answer.key]: described(answer.key) } }) };
    case 'redirect': return { 302: { description: 'A redirect.', headers: { ...headersOf(), Location: { description: 'The URL to continue at.', schema: { type: 'string', format: 'uri', maxLength: 4096 } } } } };
    case 'nothing': return { 204: { description: 'Success, without a body.', headers: headersOf() } };
    case 'file': return { 200: { description: 'The file.', headers: headersOf(), content: Object.fromEntries(answer.contentTypes.map((type): [string, JsonObject] => [type, fileOf(type)])) } };
    case 'accepted': {
      const { schema, mayBeDone } = acceptedSchema(writer, field, answer.resource, answer.message);
      return { ...(mayBeDone ? { 200: json('Completed at once, without an operation.', schema) } : {}), 202: json('Accepted. The work continues as an operation.', schema, 'Location', 'Retry-After') };
    }
    case 'list': {
      const type = getNamedType(field.type);
      const nodes = isObjectType(type) ? type.getFields()['nodes'] : undefined;
      const items = nodes ? { ...writer.output(nodes.type, childOf(selection, 'nodes')), maxItems: 100, description: 'The rows.' } : {};
      return { 200: json('A page of the list.', {
        type: 'object', required: ['data', 'next_cursor', 'has_more'],
        properties: {
          data: items,
          next_cursor: { type: ['string', 'null'], maxLength: 1024, description: 'Send it as `cursor` for the next page; null on the last.', examples: ['eyJpZCI6IjAxOTdhMWVlLTNiOTYtNzE3Mi05ZDBmLTRjNmU4YTFiMmY2NSJ9'] },
          has_more: { type: 'boolean', description: 'Whether there is a next page.', examples: [true] },
        },
      }, 'Link') };
    }
  }
}
