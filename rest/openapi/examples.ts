import { isObject, type Json, type JsonObject } from './json.ts';

type Components = Readonly<Record<string, JsonObject>>;

function resolved(schema: JsonObject, components: Components): JsonObject {
  const name = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined;
  return name === undefined ? schema : (components[name] ?? {});
}

/** A whole value put together from the examples of its parts. `only`: which fields of the outermost object. */
export function exampleOf(given: JsonObject, components: Components, only?: readonly string[]): Json {
  if (Array.isArray(given['examples']) && given['examples'][0] !== undefined) return given['examples'][0];
  const schema = resolved(given, components);
  const option = Array.isArray(schema['anyOf']) ? schema['anyOf'].find(isObject) : undefined;
  if (option) return exampleOf(option, components);
  if (isObject(schema['properties'])) {
    const parts = Object.entries(schema['properties']).flatMap(([name, part]): [string, Json][] =>
      isObject(part) && (!only || only.includes(name)) ? [[name, exampleOf(part, components)]] : [],
    );
    return Object.fromEntries(parts);
  }
  if (isObject(schema['items'])) return [exampleOf(schema['items'], components)];
  return Array.isArray(schema['enum']) ? (schema['enum'][0] ?? null) : null;
}

/** The examples of a body: what is enough, and everything that it may say. Fields without a value are left out. */
export function bodyExamples(given: JsonObject, components: Components, alsoShort: readonly string[]): JsonObject {
  const schema = resolved(given, components);
  const required = Array.isArray(schema['required'])
    ? schema['required'].filter((name) => typeof name === 'string')
    : [];
  const full = exampleOf(schema, components);
  const told = isObject(full) ? Object.fromEntries(Object.entries(full).filter(([, value]) => value !== null)) : full;
  const short = [...required, ...alsoShort];
  const minimal = exampleOf(schema, components, short);
  const whole: JsonObject = { summary: 'With every field', value: told };
  if (short.length === 0 || JSON.stringify(minimal) === JSON.stringify(told)) return { full: whole };
  return { minimal: { summary: 'With what is needed', value: minimal }, full: whole };
}
