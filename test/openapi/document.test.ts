import { describe as group, expect, it } from 'vitest';
import { describe } from '../../rest/openapi.ts';
import { isObject, type Json } from '../../rest/openapi/json.ts';
import { schema } from '../../schema/index.ts';
import { at, document, operations, problemsOf } from '../kit/contract.ts';

/** Every schema with properties, everywhere in the document. */
function properties(value: Json, path: string): { path: string; property: Json }[] {
  if (Array.isArray(value)) return value.flatMap((part, index) => properties(part, `${path}/${index}`));
  if (!isObject(value)) return [];
  const own =
    isObject(value['properties']) && value['type'] === 'object'
      ? Object.entries(value['properties']).map(([name, property]) => ({ path: `${path}/${name}`, property }))
      : [];
  return [
    ...own,
    ...Object.entries(value)
      .filter(([name]) => !['example', 'examples'].includes(name))
      .flatMap(([name, part]) => properties(part, `${path}/${name}`)),
  ];
}

group('the OpenAPI document', () => {
  it('describes every field, parameter and operation', () => {
    const fields = properties(document, '').filter(
      ({ property }) =>
        !isObject(property) || typeof property['description'] !== 'string' || property['description'].length < 3,
    );
    expect(fields.map(({ path }) => path)).toEqual([]);
    for (const { method, path, operation } of operations) {
      expect([
        method,
        path,
        String(operation['summary']).length > 5,
        String(operation['description']).length > 10,
      ]).toEqual([method, path, true, true]);
      const parameters = Array.isArray(operation['parameters']) ? operation['parameters'].filter(isObject) : [];
      for (const parameter of parameters)
        if (parameter['$ref'] === undefined)
          expect([path, parameter['name'], String(parameter['description'] ?? '').length > 2]).toEqual([
            path,
            parameter['name'],
            true,
          ]);
    }
  });

  it('says what a parameter is when it is left out', () => {
    const list = operations.find(({ method, path }) => method === 'get' && path === '/projects')?.operation[
      'parameters'
    ];
    const defaults = (Array.isArray(list) ? list.filter(isObject) : []).map((parameter) => [
      parameter['name'],
      at(parameter, 'schema')['default'],
    ]);
    expect(defaults).toEqual(
      expect.arrayContaining([
        ['include_archived', false],
        ['sort', '-created_at'],
        ['search', undefined],
      ]),
    );
  });

  it('has an example for every field', () => {
    expect(describe(schema).withoutExample).toEqual([]);
  });

  it('has examples of every body and answer, valid by their own schemas', () => {
    let checked = 0;
    for (const { method, path, operation } of operations) {
      const contents = [
        at(operation, 'requestBody', 'content', 'application/json'),
        ...Object.values(at(operation, 'responses')).map((answer) => at(answer, 'content', 'application/json')),
      ];
      for (const content of contents.filter((one) => one['schema'] !== undefined)) {
        const named = Object.values(at(content, 'examples')).map((example) => {
          const reference =
            isObject(example) && typeof example['$ref'] === 'string' ? example['$ref'].split('/').at(-1) : undefined;
          return reference
            ? at(document, 'components', 'examples', reference)['value']
            : isObject(example)
              ? example['value']
              : undefined;
        });
        const examples = content['example'] === undefined ? named : [content['example']];
        expect([method, path, examples.length > 0]).toEqual([method, path, true]);
        for (const example of examples)
          expect([method, path, problemsOf(content['schema'] ?? {}, example)]).toEqual([method, path, []]);
        checked += examples.length;
      }
    }
    expect(checked).toBeGreaterThan(operations.length * 5);
  });

  it('names the permission and the credentials of every operation', () => {
    for (const { path, method, operation } of operations) {
      const permission = operation['x-permission'];
      const security = JSON.stringify(operation['security']);
      if (typeof permission !== 'string') continue;
      expect([
        method,
        path,
        String(operation['description']).includes(`\`${permission}\``),
        security.includes('organization'),
      ]).toEqual([method, path, true, true]);
    }
  });
});
