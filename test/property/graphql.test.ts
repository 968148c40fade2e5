import fc from 'fast-check';
import {
  type GraphQLField,
  type GraphQLOutputType,
  getNamedType,
  isCompositeType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { expect } from 'vitest';
import { schema } from '../../schema/index.ts';
import { errorTable } from '../../src/errors.ts';
import type { Client } from '../kit/client.ts';
import { isDeep } from '../kit/depth.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';
import { fillInstances } from '../kit/rows.ts';
import { inputOf } from './values.ts';

const runs = isDeep ? 40 : 10;

// No worker, and nobody in place of GitHub: random requests must not reach for anything outside.
it.override('env', { OCORE_ROLE: 'gateway', GITHUB_URL: 'http://127.0.0.1:9' });

let ocore: Ocore;
let owner: Client;
let known: string[];

it.beforeAll(async ({ ocore: started }) => {
  ocore = started;
  const secret = await ocore.owner('secretive');
  await secret.post('/projects', { name: 'planted-secret-of-another-organization' });
  await prepare();
});

async function prepare(): Promise<void> {
  owner = await ocore.owner();
  await fillInstances(ocore, owner.org ?? '', 3);
  const ids = await ocore.sql<{ id: string }>(
    'SELECT id::text FROM projects UNION ALL SELECT id::text FROM instances UNION ALL SELECT id::text FROM environments UNION ALL SELECT id::text FROM servers UNION ALL SELECT id::text FROM operations UNION ALL SELECT id::text FROM roles',
  );
  known = ids.map((row) => row.id);
}

/** Everything of the type that can be asked for without arguments, down to a depth; of an interface, what one of its types has. */
function selectionOf(type: GraphQLOutputType, depth: number, pick: number): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return '';
  if (!isObjectType(named)) {
    const possible = schema.getPossibleTypes(named);
    const chosen = possible[pick % possible.length];
    return chosen ? `{ __typename ... on ${chosen.name} ${selectionOf(chosen, depth, pick)} }` : '{ __typename }';
  }
  const fields = Object.values(named.getFields()).filter((field) => !field.args.some((arg) => isNonNullType(arg.type)));
  const parts = fields.flatMap((field) => {
    if (!isCompositeType(getNamedType(field.type))) return [field.name];
    return depth > 0 ? [`${field.name} ${selectionOf(field.type, depth - 1, pick)}`] : [];
  });
  return `{ ${parts.length > 0 ? parts.join(' ') : '__typename'} }`;
}

interface Request {
  query: string;
  variables: Record<string, unknown>;
}

function requestOf(operation: 'query' | 'mutation', field: GraphQLField<unknown, unknown>): fc.Arbitrary<Request> {
  const declared = field.args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const given = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const variables = fc.record(Object.fromEntries(field.args.map((arg) => [arg.name, inputOf(arg.type, known)])), {
    requiredKeys: field.args.filter((arg) => isNonNullType(arg.type)).map((arg) => arg.name),
  });
  return fc.tuple(variables, fc.integer({ min: 1, max: 3 }), fc.nat(1000)).map(([values, depth, pick]) => ({
    query: `${operation} ${declared ? `(${declared})` : ''} { ${field.name}${given ? `(${given})` : ''} ${selectionOf(field.type, depth, pick)} }`,
    variables: values,
  }));
}

async function check({ query, variables }: Request): Promise<void> {
  const answer = await owner.graphql(query, variables);
  const shown = JSON.stringify(answer.body);
  expect(answer.status, `${query} ${JSON.stringify(variables)} -> ${shown}`).toBeLessThan(500);
  expect(shown).not.toContain('planted-secret-of-another-organization');
  const errors: unknown = answer.at('errors');
  for (const index of Array.isArray(errors) ? errors.keys() : []) {
    const code = answer.at(`errors.${index}.extensions.code`);
    expect(code, `${query} ${JSON.stringify(variables)} -> ${shown}`).not.toBe('internal_error');
    expect(Object.keys(errorTable)).toContain(code);
    expect(answer.text(`errors.${index}.extensions.request_id`)).toBe(answer.headers.get('x-request-id'));
  }
  // Some of it ends the own session or account: go on as somebody new.
  if (shown.includes('"unauthenticated"') || shown.includes('"token_expired"')) await prepare();
}

const fieldsOf = (type: 'query' | 'mutation') =>
  Object.values((type === 'query' ? schema.getQueryType() : schema.getMutationType())?.getFields() ?? {});

it.each(fieldsOf('query').map((field) => [field.name, field] as const))(
  'query %s takes whatever is thrown at it',
  async (_name, field) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constant(null).chain(() => requestOf('query', field)),
        check,
      ),
      { numRuns: field.args.length > 0 ? runs : 2 },
    );
  },
);

it.each(fieldsOf('mutation').map((field) => [field.name, field] as const))(
  'mutation %s takes whatever is thrown at it',
  async (_name, field) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constant(null).chain(() => requestOf('mutation', field)),
        check,
      ),
      { numRuns: field.args.length > 0 ? runs : 2 },
    );
  },
);
