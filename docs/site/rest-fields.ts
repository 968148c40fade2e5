import { z } from 'zod';

/** As much of JSON Schema as the OpenAPI document uses. */
export interface Node {
  $ref?: string | undefined;
  type?: string | string[] | undefined;
  format?: string | undefined;
  description?: string | undefined;
  enum?: unknown[] | undefined;
  default?: unknown;
  minimum?: number | undefined;
  maximum?: number | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  pattern?: string | undefined;
  required?: string[] | undefined;
  properties?: Record<string, Node> | undefined;
  items?: Node | undefined;
  allOf?: Node[] | undefined;
  anyOf?: Node[] | undefined;
}

export const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    format: z.string().optional(),
    description: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    default: z.unknown().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    minItems: z.number().optional(),
    maxItems: z.number().optional(),
    pattern: z.string().optional(),
    required: z.array(z.string()).optional(),
    properties: z.record(z.string(), node).optional(),
    items: node.optional(),
    allOf: z.array(node).optional(),
    anyOf: z.array(node).optional(),
  }),
);

export interface Field {
  name: string;
  type: string;
  required: boolean;
  description: string;
  values: string[];
  default: string | undefined;
  limits: string[];
  fields: Field[];
}

type Schemas = Readonly<Record<string, Node>>;

/** The schema itself, without references, and what may stand beside it. */
function resolved(given: Node, schemas: Schemas): Node {
  const { $ref, allOf, anyOf, ...own } = given;
  if ($ref) {
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    const found = schemas[name];
    if (!found) throw new Error(`There is no schema ${name}`);
    return { ...resolved(found, schemas), ...own };
  }
  const parts = (allOf ?? anyOf ?? []).map((part) => resolved(part, schemas));
  const nullable = parts.some((part) => part.type === 'null');
  const one = Object.assign({}, ...parts.filter((part) => part.type !== 'null'), own);
  return nullable ? { ...one, type: [one.type ?? 'object', 'null'].flat() } : one;
}

/** The type in words: `string (uuid) or null`, `array of objects`. */
export function typeOf(given: Node, schemas: Schemas): string {
  const { type, format, items } = resolved(given, schemas);
  const names = [type ?? 'any value'].flat().map((name) => {
    if (name === 'array' && items) return `array of ${typeOf(items, schemas)}s`;
    return format && name !== 'null' && !/^int/.test(format) ? `${name} (${format})` : name;
  });
  return names.join(' or ');
}

function limitsOf({ minimum, maximum, minLength, maxLength, maxItems, pattern, format }: Node): string[] {
  const limits: string[] = [];
  if (minimum !== undefined && maximum !== undefined && maximum < 2 ** 31 - 1) limits.push(`${minimum} to ${maximum}`);
  else if (minimum !== undefined) limits.push(`from ${minimum}`);
  if (minLength !== undefined && minLength > 1) limits.push(`at least ${minLength} characters`);
  if (maxLength !== undefined && maxLength < 65_536 && !format) limits.push(`at most ${maxLength} characters`);
  if (maxItems !== undefined && maxItems < 1000) limits.push(`at most ${maxItems}`);
  if (pattern && pattern.length < 60) limits.push(`matches ${pattern}`);
  return limits;
}

/** The fields of an object, or of the objects in an array; deeper ones inside them, unless a type contains itself. */
export function fieldsOf(given: Node, schemas: Schemas, above: readonly Node[] = []): Field[] {
  const schema = resolved(given, schemas);
  const { properties, items, required = [] } = schema;
  if (items) return fieldsOf(items, schemas, above);
  if (!properties || above.some((one) => one.properties === properties)) return [];
  return Object.entries(properties).map(([name, part]) => {
    const field = resolved(part, schemas);
    return {
      name,
      type: typeOf(part, schemas),
      required: required.includes(name),
      description: field.description ?? '',
      values: (field.enum ?? []).filter((value) => value !== null).map(String),
      default: field.default === undefined ? undefined : String(field.default),
      limits: limitsOf(field),
      fields: fieldsOf(field, schemas, [...above, schema]),
    };
  });
}
