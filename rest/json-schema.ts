import { type GraphQLInputType, type GraphQLOutputType, getNamedType, isEnumType, isInputObjectType, isListType, isNonNullType, isObjectType, Kind, type SelectionSetNode } from 'graphql';

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

const scalars: Readonly<Record<string, JsonObject>> = {
  ID: { type: 'string', maxLength: 64 },
  String: { type: 'string' },
  Int: { type: 'integer', format: 'int32' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
  JSON: { type: 'object', additionalProperties: true },
  ByteSize: { type: 'integer', format: 'int64', minimum: 0 },
};

function nullable(schema: JsonObject): JsonObject {
  if (typeof schema['type'] === 'string') return { ...schema, type: [schema['type'], 'null'], ...(Array.isArray(schema['enum']) ? { enum: [...schema['enum'], null] } : {}) };
  return { anyOf: [schema, { type: 'null' }] };
}

/** Makes the JSON Schemas of one document; objects that recur become its components. */
export class SchemaWriter {
  readonly components: Record<string, JsonObject> = {};

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

  #output(type: GraphQLOutputType, selection: SelectionSetNode | undefined): JsonObject {
    if (isListType(type)) return { type: 'array', items: this.output(type.ofType, selection) };
    const named = getNamedType(type);
    if (isObjectType(named)) {
      const properties: JsonObject = {};
      const fields = named.getFields();
      for (const node of selection?.selections ?? []) {
        if (node.kind !== Kind.FIELD) continue;
        const field = fields[node.name.value];
        if (field) properties[node.name.value] = described(this.output(field.type, node.selectionSet), field.description);
      }
      return this.#component(named.name, { type: 'object', description: named.description ?? '', properties, required: Object.keys(properties) });
    }
    if (isEnumType(named)) return { type: 'string', enum: named.getValues().map((value) => value.name) };
    return scalars[named.name] ?? {};
  }

  #input(type: GraphQLInputType): JsonObject {
    if (isListType(type)) return { type: 'array', items: this.input(type.ofType) };
    const named = getNamedType(type);
    if (isInputObjectType(named)) {
      const fields = Object.values(named.getFields());
      const required = fields.filter((field) => isNonNullType(field.type)).map((field) => field.name);
      return this.#component(named.name, {
        type: 'object', description: named.description ?? '', additionalProperties: false, ...(required.length > 0 ? { required } : {}),
        properties: Object.fromEntries(fields.map((field) => [field.name, described(this.input(field.type), field.description)])),
      });
    }
    if (isEnumType(named)) return { type: 'string', enum: named.getValues().map((value) => value.name) };
    return scalars[named.name] ?? {};
  }

  /** The same type selected differently is another shape: it stays where it is used. */
  #component(name: string, schema: JsonObject): JsonObject {
    const known = this.components[name];
    if (known === undefined) this.components[name] = schema;
    else if (JSON.stringify(known) !== JSON.stringify(schema)) return schema;
    return { $ref: `#/components/schemas/${name}` };
  }
}

function described(schema: JsonObject, description: string | null | undefined): JsonObject {
  return description ? { ...schema, description } : schema;
}
