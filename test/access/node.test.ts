import { getNamedType, type GraphQLField, isAbstractType, isNonNullType, isLeafType, isObjectType } from 'graphql';
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
  await ocore.sql(
    "INSERT INTO mails (id, recipient, subject, failed_at) VALUES (gen_random_uuid(), 'nobody@example.com', 'Given up', now())",
  );
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
/** E-mails that a mail catcher holds are on a server, not in a table: they are found by their instance only. */
const onServers = ['CaughtMail'];
/** Files in a backup have paths, and no ids. */
const withoutIds = ['BackupFile'];
const connections = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(
  (field) =>
    getNamedType(field.type).name.endsWith('Connection') && ![...onServers, ...withoutIds].includes(nodeTypeOf(field)),
);

/** Noted beside requests, once a minute: they differ between two looks. */
const readings = ['lastSeenAt', 'lastUsedAt'];
const forAdministrators = ['memberCount', 'serverCount', 'instanceCount'];

/** All of a type that is no object. */
function leavesOf(name: string): string {
  const type = schema.getType(name);
  return isObjectType(type)
    ? Object.values(type.getFields())
        .filter((field) => isLeafType(getNamedType(field.type)))
        .map((field) => field.name)
        .filter((field) => !readings.includes(field))
        .join(' ')
    : '';
}

function nodeTypeOf(field: GraphQLField<unknown, unknown>): string {
  const connection = getNamedType(field.type);
  return isObjectType(connection) ? (getNamedType(connection.getFields()['nodes']?.type)?.name ?? '') : '';
}

/** Whose list it is, where a list is of something. */
function whose(field: GraphQLField<unknown, unknown>, ids: Ids): string {
  const owners = {
    // The lists of the administrator take an organization.
    id: ids[field.name.startsWith('admin') ? 'organization' : 'member'],
    endpointId: ids['webhookEndpoint'],
    environmentId: ids['environment'],
    instanceId: ids['instance'],
    projectId: ids['project'],
    repositoryId: ids['repository'],
  };
  return Object.entries(owners)
    .filter(([name]) => field.args.some((arg) => arg.name === name && isNonNullType(arg.type)))
    .map(([name, id]) => `, ${name}: "${id}"`)
    .join('');
}

async function listed(client: Client, field: GraphQLField<unknown, unknown>, ids: Ids): Promise<Row[]> {
  const answer = await client.graphql(
    `{ ${field.name}(first: 100${whose(field, ids)}) { nodes { __typename ${leavesOf(nodeTypeOf(field))} } } }`,
  );
  return z.array(rowShape).parse(answer.at(`data.${field.name}.nodes`));
}

const asNode = (client: Client, id: unknown, selection = '') =>
  client.graphql(`query ($id: ID!) { node(id: $id) { __typename id ${selection} } }`, { id });
const fetched = async (client: Client, row: Row): Promise<unknown> =>
  (await asNode(client, row.id, `... on ${row.__typename} { ${Object.keys(row).join(' ')} }`)).at('data.node');

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
    fields.map(async (field) => (await listed(client, field, ids)).map((row) => ({ client, field: field.name, row }))),
  );
  return pages.flat();
}

/** Everything that the Owner and the administrator can list. */
async function everything(): Promise<Listed[]> {
  return [
    ...(await listedBy(caller('Owner').client, people.org.ids)),
    ...(await listedBy(
      caller('the administrator').client,
      people.org.ids,
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
  for (const { client, field, row } of all) expect([field, await fetched(client, row)]).toEqual([field, row]);
  expect([...new Set(all.map(({ row }) => row.__typename))].sort()).toEqual(nodeTypes);
}, 120_000);

it('finds everything that has an id, so that a store of objects by their ids mixes nothing', async () => {
  const identified = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && String(type.getFields()['id']?.type) === 'ID!',
  );
  expect(identified.map(({ name }) => name).sort()).toEqual([...nodeTypes, ...onServers].sort());
  const types = new Map<string, Set<string>>();
  for (const { row } of await everything()) types.set(row.id, (types.get(row.id) ?? new Set()).add(row.__typename));
  expect([...types].filter(([, names]) => names.size > 1)).toEqual([]);
});

describe('an account', () => {
  const facts = 'id name email avatarUrl emailVerified isAdmin hasPassword totpEnabled recoveryCodesLeft createdAt';
  const read = async (client: Client, id: unknown, selection: string) =>
    client.graphql(`query ($id: ID!) { node(id: $id) { ... on User { ${selection} } } }`, { id });

  it('is the same for its own person, for the administrator and, in its name and address, for others', async () => {
    const { client } = caller('Owner');
    const me = z.looseObject({ id: z.string() }).parse((await client.graphql(`{ me { ${facts} } }`)).at('data.me'));
    expect((await read(client, me.id, facts)).at('data.node')).toEqual(me);
    const administrator = caller('the administrator').client;
    expect((await read(administrator, me.id, facts)).at('data.node')).toEqual(me);
    expect((await read(administrator, me.id, 'orgCount')).at('data.node.orgCount')).toBe(1);
    const creators = (await client.graphql(`{ apiKeys(first: 100) { nodes { createdBy { ${facts} } } } }`)).at(
      'data.apiKeys.nodes',
    );
    expect(creators).toContainEqual({ createdBy: me });
    for (const name of ['Viewer', 'a full key'])
      expect((await read(caller(name).client, me.id, 'id email')).at('data.node')).toEqual({
        id: me.id,
        email: me['email'],
      });
  });

  it('keeps its other facts from others', async () => {
    const id = (await caller('Owner').client.get('/user')).text('id');
    const secret = [...facts.split(' ').slice(4), 'isServerAdmin', 'lastLoginAt', 'deactivatedAt'];
    for (const name of ['Viewer', 'a full key'])
      for (const fact of secret) {
        const answer = await read(caller(name).client, id, fact);
        expect([name, fact, answer.at('errors.0.extensions.code')]).toEqual([name, fact, 'forbidden']);
        expect(answer.at(`data.node.${fact}`) ?? null).toBe(null);
      }
  });

  it('counts for administrators only, and refuses nobody a whole object for it', async () => {
    const counts = `me { orgCount } organization { ${forAdministrators.join(' ')} }`;
    expect((await caller('Owner').client.graphql(`{ ${counts} }`)).body).toEqual({
      data: {
        me: { orgCount: null },
        organization: Object.fromEntries(forAdministrators.map((count) => [count, null])),
      },
    });
  });
});

it('is not found by what pages begin with: a cursor is taken by the list that gave it, and by no other', async () => {
  const lists = connections.map((field) => ({
    field,
    client: caller(field.name.startsWith('admin') ? 'the administrator' : 'Owner').client,
    of: whose(field, people.org.ids),
  }));
  type List = (typeof lists)[number];
  const ask = ({ field, client, of }: List, after: string) =>
    client.graphql(`{ list: ${field.name}(first: 1${of}${after}) { edges { cursor } } }`);
  for (const list of lists) {
    const cursor = (await ask(list, '')).text('data.list.edges.0.cursor');
    const answers = await Promise.all(
      lists.map(async (other) => [
        other.field.name,
        (await ask(other, `, after: "${cursor}"`)).at('errors.0.extensions.code'),
      ]),
    );
    expect([list.field.name, answers]).toEqual([
      list.field.name,
      lists.map((other) => [other.field.name, other === list ? undefined : 'invalid_cursor']),
    ]);
  }
  // The same list of another organization is another list.
  const theirs = (await people.other.owner.graphql('{ projects(first: 1) { edges { cursor } } }')).text(
    'data.projects.edges.0.cursor',
  );
  const crossed = await caller('Owner').client.get(`/projects?cursor=${theirs}`);
  expect([crossed.status, crossed.at('error.code')]).toEqual([400, 'invalid_cursor']);
}, 120_000);

describe('what is not found, and looks like an id that nothing has,', () => {
  const unknown = '0197a1f0-0000-7000-8000-000000000000';

  it('is everything of others, for the Owner of another organization and for a key of it', async () => {
    // Members stand for people, too.
    const own = new Set(
      (await listedBy(people.other.owner, people.other.ids)).flatMap(({ row }) => [row.id, row['userId']]),
    );
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
    // Oneself, one's own keys, and that the organization is there, take no permission.
    const me = (await client.get('/user')).text('id');
    const { apiKey = '', server = '' } = people.custom.ids;
    // Nor what happened to what one sees and to one's own account, nor one's own sessions, which the administrator lists, too.
    const own = new Set(['Event', 'AuditEntry', 'Session']);
    expect(Object.fromEntries([...seen].filter(([, type]) => !own.has(type)))).toEqual({
      [me]: 'User',
      [people.org.id]: 'Organization',
      [apiKey]: 'ApiKey',
      [server]: 'Server',
    });
  }, 120_000);

  it('is what lies in another project, for who is limited to one', async () => {
    for (const name of ['a Developer of one project', 'a key for one project']) {
      const { client } = caller(name);
      const inProjects = [
        'project',
        'environment',
        'repository',
        'branchMapping',
        'deployment',
        'instance',
        'operation',
      ];
      for (const resource of inProjects) {
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
