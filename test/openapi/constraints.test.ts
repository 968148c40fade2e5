import { getNamedType, isInputObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { isObject, type Json } from '../../rest/openapi/json.ts';
import { prepare } from '../../rest/prepared.ts';
import { parsers, routes } from '../../rest/routes.ts';
import { schema } from '../../schema/index.ts';
import { at, document, operations } from '../kit/contract.ts';

/** The input types that the routes take, and those within them. */
function usedInputs(): Set<string> {
  const found = new Set<string>();
  const visit = (type: unknown): void => {
    if (!isInputObjectType(type) || found.has(type.name)) return;
    found.add(type.name);
    for (const field of Object.values(type.getFields())) visit(getNamedType(field.type));
  };
  for (const route of routes) for (const type of prepare(schema, route).variables.values()) visit(getNamedType(type));
  return found;
}

/** A text that may be as long as a whole request. */
function isUnbounded(value: Json | undefined): boolean {
  return (
    isObject(value) &&
    [value['type']].flat().includes('string') &&
    value['maxLength'] === 65536 &&
    value['pattern'] === undefined &&
    value['enum'] === undefined
  );
}

describe('the documented bounds', () => {
  it('come from a parser, for every input and every input within one', () => {
    const used = [...usedInputs()].sort();
    expect(used.length).toBeGreaterThan(30);
    expect(used.filter((name) => parsers[name] === undefined)).toEqual([]);
  });

  it('hold for every text of a body and of the query', () => {
    const named = operations.flatMap(({ method, path, operation }) => {
      const body = at(operation, 'requestBody', 'content', 'application/json', 'schema');
      const parameters = Array.isArray(operation['parameters']) ? operation['parameters'].filter(isObject) : [];
      const texts = [
        ...Object.entries(at(body, 'properties')),
        ...parameters.map((parameter): [string, Json | undefined] => [String(parameter['name']), parameter['schema']]),
      ];
      return texts.filter(([, text]) => isUnbounded(text)).map(([name]) => `${method} ${path} ${name}`);
    });
    const inputs = [...usedInputs()].flatMap((name) =>
      Object.entries(at(document, 'components', 'schemas', name, 'properties'))
        .filter(([, text]) => isUnbounded(text))
        .map(([field]) => `${name}.${field}`),
    );
    expect([...named, ...inputs]).toEqual([]);
  });

  it('belong to inputs and fields that exist', () => {
    const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}),
    );
    expect(
      Object.keys(parsers).filter((name) => !isInputObjectType(schema.getType(name)) && !roots.includes(name)),
    ).toEqual([]);
  });
});
