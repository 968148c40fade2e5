import {
  coerceInputValue,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { merged } from '../../rest/category.ts';
import { isObject, type Json } from '../../rest/openapi/json.ts';
import { prepare, type PreparedRoute } from '../../rest/prepared.ts';
import { examples, parsers, routes } from '../../rest/routes.ts';
import { hashApiKey } from '../../src/access/api-key.ts';
import { schema } from '../../schema/index.ts';
import { operations } from '../kit/contract.ts';
import { bodiesOf } from './told/story.ts';

/** Bodies that nothing parses beyond their types, and why. */
const unparsed: Readonly<Record<string, string>> = {
  'put /admin/users/{id}/administrator': 'It is a yes or no.',
  'delete /backups/{id}': 'It is a yes or no.',
  'post /instances/{id}/database/replicas/{replicaId}/promote': 'It is a yes or no.',
  'post /instances/{id}/provision': 'It is a yes or no.',
};

/** The values as resolvers get them: dates, and the names of enums for what they stand for. */
function coerced(value: Json, type: GraphQLInputType | undefined): unknown {
  const found = type ? coerceInputValue(value, type) : undefined;
  const body = z.record(z.string(), z.unknown()).safeParse(found);
  // The schema hands environment variables on by their names.
  const envVars = z.array(z.object({ name: z.string(), value: z.string() })).safeParse(body.data?.['envVars']);
  return envVars.success
    ? { ...body.data, envVars: Object.fromEntries(envVars.data.map((one) => [one.name, one.value])) }
    : found;
}

/** What the service gets of a body: an input, or arguments by their own names. */
function parsedOf(
  { route, rootField, variables, argumentNames }: PreparedRoute,
  body: Json,
): { parser: string; value: unknown } {
  const input = getNamedType(variables.get('input'));
  if (isInputObjectType(input)) return { parser: input.name, value: coerced(body, variables.get('input')) };
  const named = route.body === undefined ? { input: body } : isObject(body) ? body : {};
  return {
    parser: rootField,
    value: Object.fromEntries(
      Object.entries(named).map(([name, value]) => [
        argumentNames.get(name) ?? name,
        coerced(value, variables.get(name)),
      ]),
    ),
  };
}

describe('every example of a body', () => {
  const bodies = routes.flatMap((route) => {
    const operation =
      operations.find(({ method, path }) => method === route.method && path === route.path)?.operation ?? {};
    return bodiesOf(operation).map((body) => ({
      name: `${route.method} ${route.path}`,
      ...parsedOf(prepare(schema, route), body),
    }));
  });

  it('is taken by what parses it', () => {
    expect(bodies.length).toBeGreaterThan(60);
    const refused = bodies.flatMap(({ name, parser, value }) => {
      const result = parsers[parser]?.safeParse(value);
      return result && !result.success ? [{ name, value, issues: result.error.issues }] : [];
    });
    expect(refused).toEqual([]);
  });

  it('has a parser', () => {
    expect([...new Set(bodies.filter(({ parser }) => parsers[parser] === undefined).map(({ name }) => name))]).toEqual(
      Object.keys(unparsed),
    );
  });
});

type RootField = GraphQLField<unknown, unknown>;
const rootFields: Readonly<Record<string, RootField>> = {
  ...schema.getQueryType()?.getFields(),
  ...schema.getMutationType()?.getFields(),
};

function fieldsOf(name: string | undefined): string[] {
  const type = name ? schema.getType(name) : undefined;
  return isObjectType(type) || isInputObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [];
}

/** What may be said of one root field: its arguments, its answer, and what the answer's parts hold. */
function partsOf(field: RootField): string[] {
  const answer = getNamedType(field.type);
  const inner = isObjectType(answer)
    ? Object.values(answer.getFields()).flatMap((part) => fieldsOf(getNamedType(part.type).name))
    : [];
  return [...field.args.map((argument) => argument.name), ...fieldsOf(answer.name), ...inner];
}

function exists(key: string): boolean {
  if (key.startsWith('/')) return routes.some(({ path }) => path.startsWith(key));
  const [owner = '', ...rest] = key.split('.');
  const name = rest.join('.');
  const files = routes.flatMap(({ answer }) => (answer.as === 'file' ? answer.contentTypes : []));
  // What is so where a change was done at once.
  const doneAtOnce = routes.some(
    ({ answer, document }) => answer.as === 'accepted' && answer.mayBeDone && document.includes(` ${owner}(`),
  );
  if (name)
    return (
      fieldsOf(owner).includes(name) ||
      (rootFields[owner] !== undefined &&
        [...partsOf(rootFields[owner]), ...files, ...(doneAtOnce ? ['200'] : [])].includes(name))
    );
  const types = Object.keys(schema.getTypeMap()).filter((type) => !type.startsWith('__'));
  // The last is the adapter's own.
  const variables = [...routes.flatMap((route) => route.body ?? []), 'operationId'];
  return (
    variables.includes(key) ||
    Object.values(rootFields).some((field) => field.args.some((argument) => argument.name === key)) ||
    types.some((type) => fieldsOf(type).includes(key))
  );
}

describe('the examples of the categories', () => {
  it('are of something that exists', () => {
    expect(Object.keys(examples).filter((key) => !exists(key))).toEqual([]);
  });

  it('cannot be given twice', () => {
    expect(() => merged('the example of', { servers: { port: 22, host: 'a' }, databases: { port: 5432 } })).toThrow(
      'Both servers and databases have the example of port',
    );
    expect(merged('the example of', { servers: { port: 22 }, databases: { size: 1 } })).toEqual({ port: 22, size: 1 });
  });

  it('have an API key that is none, and yet is no mistyped one', () => {
    const key = String(examples['ApiKey.key']);
    expect(() => hashApiKey(key)).not.toThrow();
    expect(key.startsWith(String(examples['prefix']))).toBe(true);
  });
});
