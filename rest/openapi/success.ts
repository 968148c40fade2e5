import {
  type GraphQLField,
  GraphQLInt,
  getNamedType,
  getNullableType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { answerOfField, exampleValue } from './example-values.ts';
import { exampleOf } from './examples.ts';
import { isObject, type JsonObject } from './json.ts';
import type { SchemaWriter } from './json-schema.ts';
import type { Subject } from './operation.ts';
import type { PreparedDocument, PreparedRoute } from '../prepared.ts';
import type { Answer } from '../route.ts';
import { placeOf } from '../created.ts';
import { headersOf, ref } from './shared.ts';

function childOf(selection: SelectionSetNode | undefined, name: string): SelectionSetNode | undefined {
  const found = selection?.selections.find((node) => node.kind === Kind.FIELD && node.name.value === name);
  return found?.kind === Kind.FIELD ? found.selectionSet : undefined;
}

function selectionOf({ document, rootField }: PreparedDocument): SelectionSetNode | undefined {
  const definition = document.definitions[0];
  return definition?.kind === Kind.OPERATION_DEFINITION ? childOf(definition.selectionSet, rootField) : undefined;
}

/** What the rows of a connection look like, as a list. */
function nodesOf(writer: SchemaWriter, prepared: PreparedDocument): JsonObject {
  const type = getNamedType(prepared.field.type);
  const nodes = isObjectType(type) ? type.getFields()['nodes'] : undefined;
  return nodes ? writer.output(nodes.type, childOf(selectionOf(prepared), 'nodes')) : {};
}

/** 202 with the resource, what goes on, and the operation to watch. */
function acceptedSchema(
  writer: SchemaWriter,
  field: GraphQLField<unknown, unknown>,
  { resource, message, mayBeDone, waitsAt }: Extract<Answer, { as: 'accepted' }>,
): JsonObject {
  const without = mayBeDone ? 'if no work was needed' : waitsAt && `while the ${resource} waits for one`;
  const payload = getNamedType(field.type);
  const fields = isObjectType(payload) ? payload.getFields() : {};
  const subject = resource === 'operation' ? payload : getNamedType(fields[resource]?.type);
  const status = isObjectType(subject) ? subject.getFields()['status'] : undefined;
  const name = subject?.name ?? resource;
  return {
    type: 'object',
    description: `The ${resource} and the operation that works on it.`,
    required: ['id', 'status', 'message', 'operationId'],
    properties: {
      id: writer.described(
        { type: 'string', format: 'uuid', maxLength: 64 },
        { type: name, field: 'id' },
        `The ${resource}.`,
      ),
      status: status
        ? writer.described(
            writer.output(status.type, undefined),
            { type: name, field: 'status' },
            `The current status of the ${resource}.`,
          )
        : {},
      message: { type: 'string', maxLength: 1024, description: 'What is in progress.', examples: [message] },
      operationId: {
        type: without ? ['string', 'null'] : 'string',
        format: 'uuid',
        maxLength: 64,
        description: `The operation to watch${without ? `; null ${without}` : ''}.`,
        examples: [exampleValue('', 'operationId') ?? null],
      },
    },
  };
}

/** A file's example is that of the root field and the type of its content. */
function fileOf(writer: SchemaWriter, { rootField, rows }: PreparedRoute, contentType: string): JsonObject {
  const schema: JsonObject =
    contentType === 'application/json' && rows
      ? { ...nodesOf(writer, rows), maxItems: 2 ** 31 - 1 }
      : { type: 'string', maxLength: 2 ** 31 - 1 };
  return { schema, example: exampleValue(rootField, contentType) ?? null };
}

/** What a route answers when all is well, by status. */
export function successOf({ writer, prepared, field }: Subject): Record<string, JsonObject> {
  const selection = selectionOf(prepared);
  const usual = (schema: JsonObject): JsonObject => {
    const example = exampleOf(schema, writer.components);
    return isObject(example) ? example : {};
  };
  const withExample = (
    description: string,
    schema: JsonObject,
    example: JsonObject,
    ...headers: string[]
  ): JsonObject => ({
    description,
    headers: headersOf(...headers),
    content: { 'application/json': { schema, example } },
  });
  const json = (description: string, schema: JsonObject, ...headers: string[]): JsonObject =>
    withExample(description, schema, answerOfField(field.name, usual(schema)), ...headers);
  const { answer } = prepared.route;
  const whole = (): JsonObject => writer.output(field.type, selection);
  const described = (name: string): JsonObject => ({
    ...writer.described(whole(), { type: field.name, field: name }, field.description),
  });
  switch (answer.as) {
    case 'object':
      if (answer.status !== 201) return { 200: json('Success.', whole()) };
      return { 201: json('Created.', whole(), ...(placeOf(prepared.route) ? ['Created-Location'] : [])) };
    case 'message':
      return { 200: json('Success.', { allOf: [ref('schemas', 'Message')], examples: [{ message: answer.message }] }) };
    case 'session': {
      const payload = getNamedType(field.type);
      const made = isObjectType(payload) ? payload.getFields()[answer.key] : undefined;
      return {
        201: json('Created.', made ? writer.output(getNullableType(made.type), childOf(selection, answer.key)) : {}),
        202: json('The address must be confirmed first. The response is the same for every address.', {
          allOf: [ref('schemas', 'Message')],
          examples: [{ message: answer.message }],
        }),
      };
    }
    case 'whole':
      return {
        200: json('The complete list.', {
          type: 'object',
          required: [answer.key],
          properties: { [answer.key]: described(answer.key) },
        }),
      };
    case 'redirect':
      return {
        302: {
          description: 'A redirect.',
          headers: {
            ...headersOf(),
            Location: {
              description: 'The URL to continue at.',
              schema: { type: 'string', format: 'uri', maxLength: 4096 },
            },
          },
        },
      };
    case 'nothing':
      return { 204: { description: 'Success, without a body.', headers: headersOf() } };
    case 'bytes': {
      const content = { [answer.contentType]: { schema: { description: field.description ?? '' } } };
      return {
        200: { description: 'The file.', headers: headersOf('Content-Disposition'), content },
        206: {
          description: 'The range of the file that `Range` names.',
          headers: headersOf('Content-Disposition'),
          content,
        },
      };
    }
    case 'upload':
      return { 204: { description: 'The part is on the server’s disk.', headers: headersOf() } };
    case 'file':
      return {
        200: {
          description: 'The file.',
          headers: headersOf('Content-Disposition'),
          content: Object.fromEntries(
            answer.contentTypes.map((type): [string, JsonObject] => [type, fileOf(writer, prepared, type)]),
          ),
        },
      };
    case 'accepted': {
      const schema = acceptedSchema(writer, field, answer);
      const whenDone = exampleValue(field.name, '200');
      const done = withExample('Completed at once, without an operation.', schema, {
        ...usual(schema),
        ...(isObject(whenDone) ? whenDone : {}),
        operationId: null,
      });
      return {
        ...(answer.mayBeDone ? { 200: done } : {}),
        202: json(
          `Accepted. The work continues as an operation${answer.waitsAt ? ', or waits for one' : ''}.`,
          schema,
          answer.waitsAt ? 'Waiting-Location' : 'Location',
          'Retry-After',
        ),
      };
    }
    case 'list': {
      const always = {
        data: { ...nodesOf(writer, prepared), maxItems: 100, description: 'The rows.' },
        next_cursor: {
          type: ['string', 'null'],
          maxLength: 1024,
          description: 'Send it as `cursor` for the next page; null on the last.',
          examples: ['eyJpZCI6IjAxOTdhMWVlLTNiOTYtNzE3Mi05ZDBmLTRjNmU4YTFiMmY2NSJ9'],
        },
        has_more: { type: 'boolean', description: 'Whether there is a next page.', examples: [true] },
      };
      const total_count: JsonObject = {
        ...writer.output(GraphQLInt, undefined),
        type: 'integer',
        description: 'The number of rows of all pages; only with `include_total=true`.',
        examples: [42],
      };
      const schema = { type: 'object', required: Object.keys(always), properties: { ...always, total_count } };
      const example = answerOfField(field.name, usual({ type: 'object', properties: always }));
      return { 200: withExample('A page of the list.', schema, example, 'Link') };
    }
  }
}
