import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import {
  buildSchema,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { expect, it } from 'vitest';
import { guardRootFields } from '../../schema/deny-by-default.ts';

const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(resolve(root, 'schema.graphql'), 'utf8');
const schema = buildSchema(text);

interface Described {
  path: string;
  description: string | null | undefined;
  deprecation: string | null | undefined;
}

function partsOf(type: GraphQLNamedType): Described[] {
  const own = { path: type.name, description: type.description, deprecation: undefined };
  if (isObjectType(type) || isInterfaceType(type)) {
    return [
      own,
      ...Object.values(type.getFields()).flatMap((field) => [
        { path: `${type.name}.${field.name}`, description: field.description, deprecation: field.deprecationReason },
        ...field.args.map((argument) => ({
          path: `${type.name}.${field.name}(${argument.name}:)`,
          description: argument.description,
          deprecation: argument.deprecationReason,
        })),
      ]),
    ];
  }
  const parts = isInputObjectType(type) ? Object.values(type.getFields()) : isEnumType(type) ? type.getValues() : [];
  return [
    own,
    ...parts.map((part) => ({
      path: `${type.name}.${part.name}`,
      description: part.description,
      deprecation: part.deprecationReason,
    })),
  ];
}

const everything = Object.values(schema.getTypeMap())
  .filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type))
  .flatMap(partsOf);

it('describes every type, field, argument, input field and enum value', () => {
  expect(everything.length).toBeGreaterThan(300);
  expect(everything.filter((part) => (part.description ?? '').trim().length < 4).map((part) => part.path)).toEqual([]);
});

it('dates every deprecation: since when, and when it goes', () => {
  const undated = everything.filter((part) => part.deprecation && !/\d{4}-\d{2}-\d{2}/.test(part.deprecation));
  expect(undated.map((part) => part.path)).toEqual([]);
});

it('breaks nothing that a client may use', async () => {
  const changes = await diff(buildSchema(readFileSync(resolve(root, 'docs/api/baseline.graphql'), 'utf8')), schema);
  const of = (level: CriticalityLevel): string[] =>
    changes.filter((change) => change.criticality.level === level).map((change) => change.message);
  for (const message of of(CriticalityLevel.Dangerous)) console.warn(`Dangerous, but allowed: ${message}`);
  expect(of(CriticalityLevel.Breaking)).toEqual([]);
  // Additions are taken over by `npm run generate`: what was added is protected from then on.
  expect(of(CriticalityLevel.NonBreaking)).toEqual([]);
});

it('notices a break', async () => {
  const changes = await diff(schema, buildSchema(text.replace('  createProject(', '  makeProject(')));
  expect(
    changes.filter((change) => change.criticality.level === CriticalityLevel.Breaking).map((change) => change.path),
  ).toContain('Mutation.createProject');
});

it.each([
  ['no scopes', undefined],
  ['an empty list of scopes', {}],
  ['a scope that the table does not have', { signedin: true }],
  ['a known scope with a value that is none', { person: false }],
  ['a permission that does not exist', { permission: 'manage:everything' }],
])('refuses to start with a root field that declares %s', (_what, authScopes) => {
  const thing = { type: GraphQLString, extensions: { pothosOptions: { authScopes } } };
  const guarded = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { thing } }) });
  expect(() => guardRootFields(guarded)).toThrow(/Query\.thing: (No|Unknown) auth scopes/);
});
