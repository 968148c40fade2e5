import {
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { PreparedRoute } from '../prepared.ts';
import { examples, shortFields } from '../routes.ts';
import { constraintsOf } from './constraints.ts';
import { exampleValue } from './example-values.ts';
import { bodyExamples } from './examples.ts';
import type { Json, JsonObject } from './json.ts';
import type { SchemaWriter } from './json-schema.ts';
import { ref } from './shared.ts';

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
  return type
    ? { ...writer.input(type), ...constraintsOf(field.name)(prepared.argumentNames.get(variable) ?? '') }
    : {};
}

/** A parameter cannot be null, only absent. It has the stored values of an enum, as the reference has them. */
function present(schema: JsonObject, type: GraphQLInputType): JsonObject {
  const named = getNamedType(type);
  const given = schema['type'];
  const alone = { ...schema, ...(Array.isArray(given) ? { type: given[0] ?? 'string' } : {}) };
  if (!isEnumType(named)) return alone;
  const values = { enum: named.getValues().map((value) => String(value.value)) };
  return isListType(getNullableType(type))
    ? { ...alone, maxItems: values.enum.length, items: { type: 'string', ...values } }
    : { ...alone, ...values };
}

/** By the path up to the parameter, which names the resource: `/servers/{id}`. */
function pathExample(writer: SchemaWriter, path: string, name: string): Json {
  const place = path.slice(0, path.indexOf(`{${name}}`) + name.length + 2);
  const value = examples[place];
  if (value === undefined) writer.withoutExample.add(place);
  return value ?? '';
}

export function parametersOf(subject: Subject): Json[] {
  const { writer, prepared, field } = subject;
  const inPath = prepared.pathParameters.map(
    (name): JsonObject => ({
      name,
      in: 'path',
      required: true,
      description: argumentOf(subject, name)?.description ?? '',
      schema: {
        type: 'string',
        maxLength: 64,
        ...(getNamedType(prepared.variables.get(name))?.name === 'ID' ? { format: 'uuid' } : {}),
      },
      example: pathExample(writer, prepared.route.path, name),
    }),
  );
  const inQuery = prepared.queryParameters.map((name): JsonObject => {
    if (name === 'first' && prepared.route.answer.as === 'list') return ref('parameters', 'Limit');
    if (name === 'after' && prepared.route.answer.as === 'list') return ref('parameters', 'Cursor');
    const type = prepared.variables.get(name);
    const argument = argumentOf(subject, name);
    // As Pothos gives it: the value that resolvers see, which of an enum is the one of REST.
    const fallback: unknown = argument?.defaultValue;
    const described = writer.described(
      type ? present(acceptedFor(subject, name), type) : {},
      { type: field.name, field: name },
      argument?.description,
    );
    // An example would be sent by whoever tries the route as it stands; filters are for those who want them.
    const { description = '', examples: _examples, ...schema } = described;
    return {
      name: prepared.queryName(name),
      in: 'query',
      required: type !== undefined && isNonNullType(type),
      description,
      // A parameter is not repeated: the parts of a list stand in one, separated by commas.
      ...(schema['type'] === 'array' ? { style: 'form', explode: false } : {}),
      schema: {
        ...schema,
        ...(typeof fallback === 'string' || typeof fallback === 'number' || typeof fallback === 'boolean'
          ? { default: fallback }
          : {}),
      },
    };
  });
  return [...inPath, ...inQuery];
}

export function bodyOf(subject: Subject): JsonObject | null {
  const { writer, prepared, field } = subject;
  const input = prepared.variables.get('input');
  if (input) {
    const schema = writer.input(input);
    const free = exampleValue(field.name, prepared.argumentNames.get('input') ?? '');
    const content = {
      schema,
      examples:
        free !== undefined
          ? { full: { summary: 'As the browser returns it', value: free } }
          : bodyExamples(schema, writer.components, shortFields[getNamedType(input).name] ?? []),
    };
    return {
      required: true,
      description: argumentOf(subject, 'input')?.description ?? '',
      content: { 'application/json': content },
    };
  }
  const { answer } = prepared.route;
  if (answer.as === 'upload')
    return {
      required: true,
      description:
        'The bytes of the file from `Upload-Offset` on, as many as fit into the 30 seconds that a request may take.',
      content: { [answer.contentType]: { schema: { description: 'A part of the file.' } } },
    };
  const names = prepared.route.body ?? [];
  if (names.length === 0) return null;
  const required = names.filter((name) => {
    const type = prepared.variables.get(name);
    return type !== undefined && isNonNullType(type);
  });
  const properties: JsonObject = {};
  for (const name of names) {
    properties[name] = writer.described(
      acceptedFor(subject, name),
      { type: field.name, field: name },
      argumentOf(subject, name)?.description,
    );
  }
  const schema: JsonObject = {
    type: 'object',
    additionalProperties: false,
    properties,
    ...(required.length > 0 ? { required } : {}),
  };
  return {
    required: required.length > 0,
    description: field.description ?? '',
    content: { 'application/json': { schema, examples: bodyExamples(schema, writer.components, []) } },
  };
}
