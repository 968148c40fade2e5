import { z } from 'zod';
import { parsers } from '../routes.ts';
import { isObject, type JsonObject } from './json.ts';

const bounds = new Set(['minLength', 'maxLength', 'pattern', 'minimum', 'maximum', 'minItems', 'maxItems']);

// Their patterns say the same at length.
const formats = ['email', 'uri'];

const shape = z.object({ properties: z.record(z.string(), z.record(z.string(), z.json())) });

/** Without the null that an optional field may also be. */
function present(schema: JsonObject): JsonObject {
  const options = schema['anyOf'];
  const found = Array.isArray(options)
    ? options.find((option) => isObject(option) && option['type'] !== 'null')
    : undefined;
  return isObject(found) ? found : schema;
}

/** Gives, by the name of an input's field or a field's argument, the bounds that its parser asks for. */
export function constraintsOf(owner: string): (field: string) => JsonObject {
  const parser = parsers[owner];
  if (!parser) return () => ({});
  const { properties } = shape.parse(z.toJSONSchema(parser, { io: 'input', unrepresentable: 'any' }));
  return (field) => {
    const schema = present(properties[field] ?? {});
    if (schema['type'] === 'object') return {};
    const format = formats.find((known) => known === schema['format']);
    const kept = Object.entries(schema).filter(([name]) => bounds.has(name) && !(name === 'pattern' && format));
    return { ...Object.fromEntries(kept), ...(format ? { format } : {}) };
  };
}
