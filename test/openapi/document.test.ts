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

  const codesOf = (method: string, path: string): string[] =>
    Object.values(at(operations.find((one) => one.method === method && one.path === path)?.operation, 'responses'))
      .flatMap((answer) => Object.keys(at(answer, 'content', 'application/json', 'examples')))
      .sort();

  it('names the errors of a route where they occur, and nowhere else', () => {
    const asked = ['reauthentication_required', 'invalid_credentials'];
    for (const [method, path] of [
      ['delete', '/user'],
      ['delete', '/org'],
      ['delete', '/user/passkeys/{id}'],
      ['post', '/org/transfer'],
      ['post', '/user/change-email'],
      ['post', '/user/change-password'],
      ['post', '/user/passkeys/register/begin'],
      ['post', '/user/totp/disable'],
      ['post', '/user/totp/setup'],
      ['post', '/auth/login/2fa'],
    ] as const)
      expect([path, codesOf(method, path)]).toEqual([path, expect.arrayContaining(asked)]);
    expect(codesOf('get', '/user')).not.toContain('reauthentication_required');
    for (const { method, path, operation } of operations) {
      const codes = codesOf(method, path);
      const inOrganization = JSON.stringify(operation['security']).includes('organization');
      expect([path, codes.includes('email_not_verified')]).toEqual([path, inOrganization]);
      if (operation['requestBody'] === undefined)
        for (const code of ['invalid_json', 'unsupported_media_type', 'payload_too_large'])
          expect([method, path, codes.includes(code)]).toEqual([method, path, false]);
    }
  });

  it('promises 200 beside 202 only where a change can be done at once', () => {
    const both = operations.filter(({ operation }) => {
      const statuses = Object.keys(at(operation, 'responses'));
      return statuses.includes('200') && statuses.includes('202');
    });
    expect(both.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'patch /instances/{id}/database/config',
      'put /instances/{id}/database/pooler',
      'delete /instances/{id}/database/pooler',
      'post /deployments/{id}/cancel',
      'patch /instances/{id}',
      'put /instances/{id}/database/point-in-time',
      'patch /servers/{id}',
    ]);
  });

  it('says what a number and a text may be', () => {
    const text = JSON.stringify(document);
    expect(text).not.toContain(String(-(2 ** 31)));
    const lines = operations.find(({ path }) => path === '/instances/{id}/logs')?.operation['parameters'];
    expect(lines).toContainEqual(
      expect.objectContaining({ name: 'lines', schema: expect.objectContaining({ minimum: 1, maximum: 1000 }) }),
    );
    const pattern = new RegExp(
      String(at(document, 'components', 'schemas', 'CreateInstanceInput', 'properties', 'image')['pattern']),
    );
    for (const image of ['odoo', 'odoo:19.0', 'registry.example.com:5000/a/odoo:19.0', `odoo@sha256:${'a'.repeat(64)}`])
      expect([image, pattern.test(image)]).toEqual([image, true]);
    for (const image of ['a//b', 'a:b:c', 'a b', '-a', 'a@sha256:1', ''])
      expect([image, pattern.test(image)]).toEqual([image, false]);
  });

  it('names the file of an export', () => {
    const { operation } = operations.find(({ path }) => path === '/audit-logs/export') ?? {};
    expect(at(operation, 'responses', '200', 'headers')).toHaveProperty('Content-Disposition');
  });

  it('has operation ids that are verbs, so that no generated function is called like the module of a tag', () => {
    const ids = operations.map(({ operation }) => String(operation['operationId']).toLowerCase());
    const tags = operations
      .flatMap(({ operation }) => operation['tags'])
      .map((tag) => String(tag).toLowerCase().replaceAll(' ', ''));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => tags.includes(id) || tags.includes(`${id}s`))).toEqual([]);
    expect(ids).toEqual(expect.arrayContaining(['listservers', 'getserver', 'createserver']));
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
