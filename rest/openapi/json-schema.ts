import {
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { constraintsOf } from './constraints.ts';
import { examples, shapes } from '../routes.ts';
import { exampleValue } from './example-values.ts';
import type { Json, JsonObject } from './json.ts';

/** Every string, number and list has an upper bound, so that a client may reserve for it. */
const scalars: Readonly<Record<string, JsonObject>> = {
  ID: { type: 'string', format: 'uuid', maxLength: 64 },
  String: { type: 'string', maxLength: 65536 },
  // Nothing that is counted, numbered or timed here is below zero.
  Int: { type: 'integer', format: 'int32', minimum: 0, maximum: 2 ** 31 - 1 },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time', maxLength: 64 },
  JSON: { type: 'object', additionalProperties: true },
  ByteSize: { type: 'integer', format: 'int64', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
};
const longestList = 1000;
const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function nullable(schema: JsonObject): JsonObject {
  if (typeof schema['type'] === 'string')
    return {
      ...schema,
      type: [schema['type'], 'null'],
      ...(Array.isArray(schema['enum']) ? { enum: [...schema['enum'], null] } : {}),
    };
  return { anyOf: [schema, { type: 'null' }] };
}

/** A field's place: its type and name, by which its example is found. */
interface Place {
  type: string;
  field: string;
}

/** Makes the JSON Schemas of one document; objects that recur become its components. */
export class SchemaWriter {
  readonly components: Record<string, JsonObject> = {};
  /** Fields whose example was not written down yet. */
  readonly withoutExample = new Set<string>();

  /** What a selection of this type looks like as JSON. */
  output(type: GraphQLOutputType, selection: SelectionSetNode | undefined): JsonObject {
    if (isNonNullType(type)) return this.#output(type.ofType, selection);
    return nullable(this.#output(type, selection));
  }

  /** What is accepted for this type. Optional fields may also be null. */
  input(type: GraphQLInputType): JsonObject {
    if (isNonNullType(type)) return this.#input(type.ofType);
    return nullable(this.#input(type));
  }

  /** The schema with the field's description and, where it holds no objects, its example. */
  described(
    schema: JsonObject,
    place: Place,
    description: string | null | undefined,
    deprecation?: string | null,
  ): JsonObject {
    const told = [description, deprecation ? `Deprecated: ${deprecation}` : ''].filter(Boolean).join(' ');
    const example = this.#example(schema, place);
    // A few ids are words.
    if (typeof example === 'string' && schema['format'] === 'uuid' && !isUuid.test(example)) delete schema['format'];
    return {
      ...schema,
      ...(told ? { description: told } : {}),
      ...(deprecation ? { deprecated: true } : {}),
      ...(example === undefined ? {} : { examples: [example] }),
    };
  }

  #example(schema: JsonObject, place: Place): Json | undefined {
    const items = schema['items'];
    const holds = typeof items === 'object' && items !== null && !Array.isArray(items) ? items : schema;
    // What holds objects has the examples of their fields, unless it is told as a whole.
    if (holds['$ref'] !== undefined || holds['properties'] !== undefined || holds['anyOf'] !== undefined)
      return examples[`${place.type}.${place.field}`];
    const value = exampleValue(place.type, place.field);
    if (value !== undefined) return value;
    if (Array.isArray(schema['enum'])) return schema['enum'][0];
    if (Array.isArray(holds['enum'])) return [holds['enum'][0] ?? null];
    if (schema['format'] === 'date-time') return '2026-11-24T09:30:00.000Z';
    if (schema['format'] === 'uuid') return '0197a1f0-5c1e-7b6a-9d55-3f2a8c41e0b7';
    if ([schema['type']].flat().includes('boolean')) return false;
    this.withoutExample.add(`${place.type}.${place.field}`);
    return undefined;
  }

  #output(type: GraphQLOutputType, selection: SelectionSetNode | undefined): JsonObject {
    if (isListType(type)) return { type: 'array', maxItems: longestList, items: this.output(type.ofType, selection) };
    const named = getNamedType(type);
    if (isObjectType(named)) {
      const properties: JsonObject = {};
      const fields = named.getFields();
      for (const node of selection?.selections ?? []) {
        if (node.kind !== Kind.FIELD) continue;
        const field = fields[node.name.value];
        if (field)
          properties[node.alias?.value ?? field.name] = this.described(
            this.output(field.type, node.selectionSet),
            { type: named.name, field: field.name },
            field.description,
            field.deprecationReason,
          );
      }
      return this.#component(named.name, {
        type: 'object',
        description: named.description ?? '',
        properties,
        required: Object.keys(properties),
      });
    }
    if (isEnumType(named)) return { type: 'string', enum: named.getValues().map((value) => value.name) };
    return scalars[named.name] ?? {};
  }

  #input(type: GraphQLInputType): JsonObject {
    if (isListType(type)) return { type: 'array', maxItems: longestList, items: this.input(type.ofType) };
    const named = getNamedType(type);
    if (isInputObjectType(named)) {
      const fields = Object.values(named.getFields());
      const required = fields.filter((field) => isNonNullType(field.type)).map((field) => field.name);
      const constraints = constraintsOf(named.name);
      return this.#component(named.name, {
        type: 'object',
        description: named.description ?? '',
        additionalProperties: false,
        ...(required.length > 0 ? { required } : {}),
        properties: Object.fromEntries(
          fields.map((field) => [
            field.name,
            this.described(
              { ...this.input(field.type), ...constraints(field.name) },
              { type: named.name, field: field.name },
              field.description,
              field.deprecationReason,
            ),
          ]),
        ),
      });
    }
    if (isEnumType(named)) return { type: 'string', enum: named.getValues().map((value) => value.name) };
    return scalars[named.name] ?? {};
  }

  /** The same type selected differently is another shape: it has its own name, or stays where it is used. */
  #component(type: string, schema: JsonObject): JsonObject {
    const fields = Object.keys(Object(schema['properties'])).join(' ');
    const name =
      Object.entries(shapes).find(([, shape]) => shape.type === type && shape.fields === fields)?.[0] ?? type;
    const known = this.components[name];
    if (known === undefined) this.components[name] = schema;
    else if (JSON.stringify(known) !== JSON.stringify(schema)) return schema;
    return { $ref: `#/components/schemas/${name}` };
  }
}
