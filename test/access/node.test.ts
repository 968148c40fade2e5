import { getNamedType, type GraphQLField, isAbstractType, isLeafType, isObjectType } from 'graphql';
import { describe, expect } from 'vitest';
import { z } from 'zod';
import { schema } from '../../schema/index.ts';
import type { Client } from '../kit/client.ts';
import type { Ids } from '../kit/fields.ts';
import { it } from '../kit/fixtures.ts';
import { type Caller, type Cast, cast } from './callers.ts';

// Without a worker nothing changes between two looks.
it.override('env', { OCORE_ROLE: 'gateway' });

let people: Cast;

it.beforeAll(async ({ ocore }) => {
  people = await cast(ocore);
});

function caller(name: string): Caller {
  const found = people.callers.find((one) => one.name === name);
  if (!found) throw new Error(`Nobody is ${name}`);
  return found;
}

const rowShape = z.looseObject({ __typename: z.string(), id: z.string() });
type Row = z.infer<typeof rowShape>;

const nodeTypes = ((): string[] => {
  const type = schema.getType('Node');
  return isAbstractType(type)
    ? schema
        .getPossibleTypes(type)
        .map(({ name }) => name)
        .sort()
    : [];
})();
const connections = Object.values(schema.getQueryType()?.getFields() ?? {}).filter((field) =>
  getNamedType(field.type).name.endsWith('Connection'),
);

/** All of a type that is no object. */
function leavesOf(name: string): string {
  const type = schema.getType(name);
  return isObjectType(type)
    ? Object.values(type.getFields())
        .filter((field) => isLeafType(getNamedType(field.type)))
        .map((field) => field.name)
        .join(' ')
    : '';
}

function nodeTypeOf(field: GraphQLField<unknown, unknown>): string {
  const connection = getNamedType(field.type);
  return isObjectType(connection) ? (getNamedType(connection.getFields()['nodes']?.type)?.name ?? '') : '';
}

async function listed(
  client: Client,
  field: GraphQLField<unknown, unknown>,
  member: string | undefined,
): Promise<Row[]> {
  const ofMember = field.args.some(({ name }) => name === 'id') ? `, id: "${member}"` : '';
  const answer = await client.graphql(
    `{ ${field.name}(first: 100${ofMember}) { nodes { __typename ${leavesOf(nodeTypeOf(field))} } } }`,
  );
  return z.array(rowShape).parse(answer.at(`data.${field.name}.nodes`));
}

const asNode = (client: Client, id: unknown, selection = '') =>
  client.graphql(`query ($id: ID!) { node(id: $id) { __typename id ${selection} } }`, { id });
const fetched = async (client: Client, row: Row): Promise<unknown> =>
  (await asNode(client, row.id, `... on ${row.__typename} { ${leavesOf(row.__typename)} }`)).at('data.node');

/** What the refusal says, without the id that was sent. */
async function refusal(client: Client, id: string): Promise<string> {
  const answer = await asNode(client, id);
  expect(answer.at('data.node')).toBe(null);
  const { message, extensions } = z
    .object({ message: z.string(), extensions: z.object({ code: z.string(), details: z.unknown() }) })
    .parse(answer.at('errors.0'));
  return JSON.stringify({ message, code: extensions.code, details: extensions.details }).replaceAll(
    JSON.stringify(id).slice(1, -1),
    '<id>',
  );
}

interface Listed {
  client: Client;
  field: string;
  row: Row;
}

/** Everything that the person can list, the administrator's lists apart. */
async function listedBy(
  client: Client,
  ids: Ids,
  fields = connections.filter(({ name }) => !name.startsWith('admin')),
): Promise<Listed[]> {
  const pages = await Promise.all(
    fields.map(async (field) =>
      (await listed(client, field, ids['member'])).map((row) => ({ client, field: field.name, row })),
    ),
  );
  return pages.flat();
}

/** Everything that the Owner and the administrator can list. */
async function everything(): Promise<Listed[]> {
  return [
    ...(await listedBy(caller('Owner').client, people.org.ids)),
    ...(await listedBy(
      caller('the administrator').client,
      {},
      connections.filter(({ name }) => name.startsWith('admin')),
    )),
  ];
}

it('is implemented by everything that lists are made of', () => {
  expect(connections.length).toBeGreaterThan(15);
  expect([...new Set(connections.map(nodeTypeOf))].sort()).toEqual(nodeTypes);
});

it('gives everything that can be listed once more, with the same fields', async () => {
  const all = await everything();
  const own = (await caller('the administrator').client.get('/user/orgs')).text('data.0.id');
  for (const { client, field, row } of all.filter(({ row }) => row.id !== own))
    expect([field, await fetched(client, row)]).toEqual([field, row]);
  expect([...new Set(all.map(({ row }) => row.__typename))].sort()).toEqual(nodeTypes);
  // The nearest that an id names comes first.
  expect((await asNode(caller('the administrator').client, own)).at('data.node')).toEqual({
    __typename: 'Organization',
    id: own,
  });
}, 120_000);

describe('what is not found, and looks like an id that nothing has,', () => {
  const unknown = '0197a1f0-0000-7000-8000-000000000000';

  it('is everything of others, for the Owner of another organization and for a key of it', async () => {
    const own = new Set((await listedBy(people.other.owner, people.other.ids)).map(({ row }) => row.id));
    const all = (await everything()).filter(({ row }) => !own.has(row.id));
    for (const name of ['a member of another organization', 'a key of another organization']) {
      const stranger = caller(name).client.in(people.other.owner.org);
      const wanted = await refusal(stranger, unknown);
      expect(wanted).toContain('"not_found"');
      for (const { field, row } of all)
        expect([name, field, await refusal(stranger, row.id)]).toEqual([name, field, wanted]);
    }
  }, 120_000);

  it('is whatever one lacks the permission for', async ({ ocore }) => {
    await ocore.sql("UPDATE roles SET permissions = '{view:servers}' WHERE id = $1", [people.custom.roleId]);
    const { client } = people.custom;
    const wanted = await refusal(client, unknown);
    const seen = new Map<string, string>();
    for (const { field, row } of await everything()) {
      const type = (await asNode(client, row.id)).at('data.node.__typename');
      if (typeof type === 'string') seen.set(row.id, type);
      else expect([field, await refusal(client, row.id)]).toEqual([field, wanted]);
    }
    // One's own keys, and that the organization is there, take no permission.
    const { apiKey = '', server = '' } = people.custom.ids;
    expect(Object.fromEntries(seen)).toEqual({
      [people.org.id]: 'Organization',
      [apiKey]: 'ApiKey',
      [server]: 'Server',
    });
  }, 120_000);

  it('is what lies in another project, for who is limited to one', async () => {
    for (const name of ['a Developer of one project', 'a key for one project']) {
      const { client } = caller(name);
      for (const resource of ['project', 'environment', 'instance', 'operation']) {
        expect((await asNode(client, people.org.ids[resource])).at('data.node.id')).toBe(people.org.ids[resource]);
        expect(await refusal(client, people.elsewhere[resource] ?? '')).toBe(await refusal(client, unknown));
      }
    }
  });

  it('is what belongs to the person, for an API key', async () => {
    for (const resource of ['session', 'passkey', 'sshKey']) {
      expect((await asNode(caller('Owner').client, people.org.ids[resource])).at('data.node.id')).toBe(
        people.org.ids[resource],
      );
      expect(await refusal(caller('a full key').client, people.org.ids[resource] ?? '')).toBe(
        await refusal(caller('a full key').client, unknown),
      );
    }
  });

  it('is what is no id at all', async () => {
    for (const id of ['x', '0', '\u0000', "' OR 1=1 --", 'UHJvamVjdDox'])
      expect(await refusal(caller('Owner').client, id)).toBe(await refusal(caller('Owner').client, unknown));
  });
});

it('needs somebody who is signed in', async () => {
  expect((await asNode(caller('nobody').client, people.org.ids['project'])).at('errors.0.extensions.code')).toBe(
    'unauthenticated',
  );
});
