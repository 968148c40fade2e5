import { describe, expect } from 'vitest';
import { z } from 'zod';
import type { Answer, Client } from '../kit/client.ts';
import { at, operations } from '../kit/contract.ts';
import { it } from '../kit/fixtures.ts';
import { fleetOf } from '../kit/fleet-rows.ts';
import { fillInstances } from '../kit/rows.ts';
import { addRepository } from '../kit/two-orgs.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

it.beforeAll(async ({ ocore, owner }) => {
  await fillInstances(ocore, owner.org ?? '', 12);
  await ocore.sql("UPDATE instances SET status = 'stopped' WHERE name = 'Instance 7'");
});

const column = (answer: Answer, field: string): string[] => {
  const rows: unknown = answer.at('data');
  if (!Array.isArray(rows)) throw new Error(`Not a list: ${JSON.stringify(answer.body)}`);
  return rows.map((row: unknown) =>
    String(typeof row === 'object' && row !== null ? Reflect.get(row, field) : undefined),
  );
};

/** Every page of a list; `between` runs after each of them. */
async function walk(
  client: Client,
  path: string,
  field: string,
  between: (seen: readonly string[]) => Promise<void> = async () => {},
): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const answer: Answer = await client.get(`${path}${cursor ? `&cursor=${cursor}` : ''}`);
    seen.push(...column(answer, field));
    cursor = answer.at('has_more') === true ? answer.text('next_cursor') : null;
    await between(seen);
  } while (cursor);
  return seen;
}

describe('sorts', () => {
  const names = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `Instance ${index + 1}`).sort();

  it('list instances by name, in both directions, page by page', async ({ owner }) => {
    expect(await walk(owner, '/instances?limit=5&sort=name', 'name')).toEqual(names(12));
    expect(await walk(owner, '/instances?limit=5&sort=-name', 'name')).toEqual(names(12).reverse());
  });

  it('list operations by time', async ({ owner }) => {
    const newest = await walk(owner, '/operations?limit=5&sort=-created_at', 'id');
    expect(newest).toHaveLength(12);
    expect(await walk(owner, '/operations?limit=5&sort=created_at', 'id')).toEqual(newest.reverse());
  });

  it('keep rows of the same name apart', async ({ ocore }) => {
    const twins = await ocore.owner('twins');
    for (let index = 0; index < 5; index += 1) await twins.post('/projects', { name: 'Same', slug: `same-${index}` });
    expect((await walk(twins, '/projects?limit=2&sort=name', 'slug')).sort()).toEqual([
      'same-0',
      'same-1',
      'same-2',
      'same-3',
      'same-4',
    ]);
  });

  it.for<[path: string, field: string]>([
    ['/instances?sort=status', 'sort'],
    ['/operations?sort=name', 'sort'],
    ['/instances?status=asleep', 'status'],
    ['/instances?status=running,asleep', 'status'],
    ['/instances?status=running&status=', 'status'],
    ['/instances?search=a&search=b', 'search'],
    ['/instances?include_total=yes', 'include_total'],
    ['/operations?start_date=2026-02-01T00:00:00Z&end_date=2026-01-01T00:00:00Z', 'start_date'],
    ['/servers?search=%00', 'search'],
    ['/operations?kind=%00', 'kind'],
    [`/projects?search=${'x'.repeat(101)}`, 'search'],
    ['/projects?search=%00', 'search'],
    ['/instances?limit=0', 'limit'],
    ['/instances?limit=101', 'limit'],
    ['/instances?limit=ten', 'limit'],
  ])('refuse %s', async ([path, field], { owner }) => {
    const answer = await owner.get(path);
    expect([answer.status, answer.at('error.code'), answer.at('error.details.field')]).toEqual([
      400,
      'validation_error',
      field,
    ]);
  });
});

describe('filters', () => {
  it('choose instances by status, server, environment and name', async ({ owner }) => {
    const one = (await owner.get('/instances?limit=1')).text('data.0.serverId');
    expect(column(await owner.get('/instances?status=stopped'), 'name')).toEqual(['Instance 7']);
    expect(column(await owner.get('/instances?search=instance%201&sort=name'), 'name')).toEqual([
      'Instance 1',
      'Instance 10',
      'Instance 11',
      'Instance 12',
    ]);
    expect(column(await owner.get(`/instances?server_id=${one}&status=running`), 'name')).toHaveLength(11);
    expect(column(await owner.get('/instances?environment_id=0197a1f0-0000-7000-8000-000000000000'), 'name')).toEqual(
      [],
    );
    expect(await walk(owner, '/instances?limit=2&search=1&sort=-name&status=running', 'name')).toEqual([
      'Instance 12',
      'Instance 11',
      'Instance 10',
      'Instance 1',
    ]);
  });

  it('choose servers, environments and operations', async ({ owner }) => {
    expect(column(await owner.get('/servers?status=active'), 'name')).toEqual(['Filled']);
    expect(column(await owner.get('/servers?status=unreachable'), 'name')).toEqual([]);
    expect(column(await owner.get('/environments?type=development'), 'name')).toEqual(['dev']);
    expect(column(await owner.get('/environments?type=production'), 'name')).toEqual([]);
    expect(column(await owner.get('/operations?kind=instance.provision&status=succeeded'), 'id')).toHaveLength(12);
    expect(column(await owner.get('/operations?status=failed'), 'id')).toEqual([]);
  });

  it('choose several statuses, separated by commas or repeated, in REST and GraphQL', async ({ owner }) => {
    const both = '/instances?sort=name&limit=5';
    const named = await walk(owner, `${both}&status=running,stopped`, 'name');
    expect(named).toHaveLength(12);
    expect(await walk(owner, `${both}&status=stopped&status=running`, 'name')).toEqual(named);
    expect(column(await owner.get('/instances?status=failed,stopped'), 'name')).toEqual(['Instance 7']);
    const graphql = async (filter: string): Promise<unknown> =>
      (await owner.graphql(`{ instances(${filter}) { nodes { name } } }`)).at('data.instances.nodes');
    expect(await graphql('statuses: [failed, stopped]')).toEqual([{ name: 'Instance 7' }]);
    expect(await graphql('statuses: stopped')).toEqual([{ name: 'Instance 7' }]);
    expect(await graphql('statuses: [failed, stopped], status: failed')).toEqual([]);
    // Whichever way the same statuses are written, the list is the same.
    const cursor = (await owner.get(`${both}&status=running,stopped`)).text('next_cursor');
    const next = await owner.graphql(
      `{ instances(first: 5, sort: NAME, statuses: [stopped, running], after: "${cursor}") { nodes { name } } }`,
    );
    expect(next.at('data.instances.nodes.0.name')).toBe(named[5]);
    expect(column(await owner.get('/servers?status=pending,active'), 'name')).toEqual(['Filled']);
    expect(column(await owner.get('/operations?status=failed,succeeded'), 'id')).toHaveLength(12);
    expect(column(await owner.get('/admin/jobs?status=failed,succeeded'), 'id')).toHaveLength(12);
  });

  it('choose by project, server, resource, text and time', async ({ owner }) => {
    const created = (await owner.get('/operations?limit=1')).text('data.0.createdAt');
    const after = new Date(Date.parse(created) + 1000).toISOString();
    const { projectId, serverId } = z
      .object({ data: z.tuple([z.object({ projectId: z.string(), serverId: z.string() })]) })
      .parse((await owner.get('/instances?limit=1')).body).data[0];
    const nobody = '0197a1f0-0000-7000-8000-000000000000';
    for (const [path, count] of [
      [`/instances?project_id=${projectId}`, 12],
      [`/instances?project_id=${nobody}`, 0],
      ['/servers?search=fill', 1],
      ['/servers?search=127.0', 1],
      ['/servers?search=%25', 0],
      ['/environments?search=DE', 1],
      ['/environments?search=_', 0],
      ['/operations?resource_type=instance', 12],
      ['/operations?resource_type=server', 0],
      [`/operations?project_id=${projectId}&server_id=${serverId}`, 12],
      [`/operations?server_id=${nobody}`, 0],
      ['/operations?search=PROVISION', 12],
      ['/operations?search=nowhere', 0],
      [`/operations?start_date=${created}&end_date=${after}`, 12],
      [`/operations?start_date=${after}`, 0],
      ['/audit-logs?search=owner', 1],
      ['/audit-logs?search=nowhere', 0],
      ['/roles?name=developer', 1],
      ['/roles?name=dev', 0],
      ['/roles?search=dev', 1],
    ] as const)
      expect([path, column(await owner.get(path), 'id').length]).toEqual([path, count]);
  });

  it('take the wildcards of a search as they are', async ({ ocore }) => {
    const shop = await ocore.owner('shop');
    for (const name of ['100 % wool', 'Wool_en', 'Back\\slash']) await shop.post('/projects', { name });
    expect(column(await shop.get('/projects?search=%25'), 'name')).toEqual(['100 % wool']);
    expect(column(await shop.get('/projects?search=_'), 'name')).toEqual(['Wool_en']);
    expect(column(await shop.get('/projects?search=%5C'), 'name')).toEqual(['Back\\slash']);
    expect(column(await shop.get('/projects?search=WOOL&sort=name'), 'name')).toEqual(['100 % wool', 'Wool_en']);
  });
});

describe('the number of all rows', () => {
  it('is counted on request, with the filters and whatever the page', async ({ owner }) => {
    const first = await owner.get('/instances?limit=2&status=running&include_total=true');
    expect([first.at('total_count'), first.at('has_more')]).toEqual([11, true]);
    const cursor = first.text('next_cursor');
    expect(
      (await owner.get(`/instances?limit=2&status=running&include_total=true&cursor=${cursor}`)).at('total_count'),
    ).toBe(11);
    for (const path of ['/instances', '/instances?include_total=false'])
      expect(Object.keys(Object((await owner.get(path)).body))).toEqual(['data', 'next_cursor', 'has_more']);
    const counts = await owner.graphql(
      '{ instances(first: 1, search: "1") { totalCount } servers { totalCount } operations { totalCount } environments { totalCount } projects { totalCount } members { totalCount } roles { totalCount } }',
    );
    expect(counts.at('data')).toEqual(
      Object.fromEntries(
        Object.entries({
          instances: 4,
          servers: 1,
          operations: 12,
          environments: 1,
          projects: 1,
          members: 1,
          roles: 4,
        }).map(([list, totalCount]) => [list, { totalCount }]),
      ),
    );
  });

  it('is there for every list', async ({ ocore, owner }) => {
    // What else this file lists stays as it is.
    const other = await ocore.owner('other');
    const { ENVIRONMENT_ID, INSTANCE_ID, PROJECT_ID } = await fleetOf(ocore, other);
    const { repository = '' } = await addRepository(ocore, other, PROJECT_ID, ENVIRONMENT_ID, 'other');
    const member = await owner.memberIdOf(owner.email);
    const endpoint = await owner.post('/webhook-endpoints', { url: 'https://example.com/', events: ['*'] });
    const idOf: Readonly<Record<string, string>> = {
      orgs: (await owner.get('/org')).text('id'),
      'webhook-endpoints': endpoint.text('id'),
      environments: ENVIRONMENT_ID,
      instances: INSTANCE_ID,
      projects: PROJECT_ID,
      repositories: repository,
    };
    // They are read from a server, which is not there: from the mail catcher of an instance, from the snapshot of a backup.
    const elsewhere = ['/instances/{id}/mails', '/backups/{id}/files'];
    for (const { method, path } of operations) {
      const id = idOf[/([^/]+)\/\{id\}/.exec(path)?.[1] ?? ''] ?? member;
      const schema = at(
        operations.find((one) => one.path === path && one.method === method)?.operation ?? {},
        'responses',
      );
      if (method !== 'get' || !JSON.stringify(schema).includes('total_count') || elsewhere.includes(path)) continue;
      const asker = /^\/(environments|instances|projects|repositories)\//.test(path) ? other : owner;
      const answer = await asker.get(`${path.replace('{id}', id)}?include_total=true`);
      expect([path, answer.status, typeof answer.at('total_count')]).toEqual([path, 200, 'number']);
    }
  });
});

describe('what each thing contains', () => {
  const page = 'nodes { name } pageInfo { hasNextPage endCursor } totalCount';

  it('is the list of the query type, narrowed to it', async ({ owner }) => {
    const down = await owner.graphql(`{ organization {
      servers(first: 2) { nodes { name instances(first: 2, sort: NAME, status: running) { ${page} } operations { totalCount } } }
      projects(first: 2) { nodes { name environments(first: 2) { totalCount nodes { name
        instances(last: 2, sort: NAME) { ${page} nodes { operations(first: 1) { totalCount nodes { kind steps { name } } } } } } } } } } }`);
    const [server, environment] = [
      down.at('data.organization.servers.nodes.0'),
      down.at('data.organization.projects.nodes.0.environments.nodes.0'),
    ];
    expect(server).toMatchObject({
      name: 'Filled',
      instances: {
        nodes: [{ name: 'Instance 1' }, { name: 'Instance 10' }],
        pageInfo: { hasNextPage: true },
        totalCount: 11,
      },
      operations: { totalCount: 0 },
    });
    expect(environment).toMatchObject({
      name: 'dev',
      instances: { nodes: [{ name: 'Instance 8' }, { name: 'Instance 9' }], totalCount: 12 },
    });
    expect(
      down.at('data.organization.projects.nodes.0.environments.nodes.0.instances.nodes.1.operations'),
    ).toMatchObject({
      totalCount: 1,
      nodes: [
        { kind: 'instance.provision', steps: Array.from({ length: 7 }, (_, index) => ({ name: `step-${index}` })) },
      ],
    });
    // Its cursors are those of the list of the query type.
    const id = (await owner.get('/servers')).text('data.0.id');
    const cursor = down.text('data.organization.servers.nodes.0.instances.pageInfo.endCursor');
    const next = await owner.get(`/instances?server_id=${id}&sort=name&status=running&limit=1&cursor=${cursor}`);
    expect(column(next, 'name')).toEqual(['Instance 11']);
    const nested = await owner.graphql(
      `{ server(id: "${id}") { instances(first: 1, sort: NAME, status: running, after: "${cursor}") { nodes { name } } } }`,
    );
    expect(nested.at('data.server.instances.nodes')).toEqual([{ name: 'Instance 11' }]);
    const wrong = await owner.graphql(`{ server(id: "${id}") { name instances(after: "${cursor}") { totalCount } } }`);
    expect([wrong.at('errors.0.extensions.code'), wrong.at('data.server')]).toEqual([
      'invalid_cursor',
      { name: 'Filled', instances: null },
    ]);
  });

  it('shows as much as the permission of its list does', async ({ ocore, owner }) => {
    const query = `{ organization { servers { totalCount } projects { nodes { environments { totalCount } } } } }`;
    const key = owner.withKey((await owner.newKey(['view:org', 'view:projects'])).key);
    expect((await key.graphql(query)).at('data')).toEqual({
      organization: { servers: null, projects: { nodes: [{ environments: null }] } },
    });
    // Somebody with a role in another project sees nothing of this one, whatever the way down to it.
    const other = (await owner.post('/projects', { name: 'Other' })).text('id');
    const server = (await owner.get('/servers')).text('data.0.id');
    await owner.put(`/servers/${server}/projects`, { projectIds: [other] });
    const invited = await ocore.member(owner, 'Viewer');
    const memberId = await owner.memberIdOf(invited.email);
    await owner.put(`/members/${memberId}/role`, { role: 'Viewer', projectIds: [other] });
    const seen = await invited.graphql(
      '{ servers { nodes { instances { totalCount nodes { name } } operations { totalCount } } } projects { nodes { name environments { totalCount } } } }',
    );
    expect(seen.at('data')).toEqual({
      servers: { nodes: [{ instances: { totalCount: 0, nodes: [] }, operations: { totalCount: 0 } }] },
      projects: { nodes: [{ name: 'Other', environments: { totalCount: 0 } }] },
    });
    await owner.delete(`/projects/${other}`);
    // Another organization's, although it is the same person's.
    const elsewhere = await owner.in(null).graphql('{ myOrganizations { nodes { servers { totalCount } } } }');
    expect(elsewhere.at('data.myOrganizations.nodes')).toEqual([{ servers: null }]);
  });

  it('costs as many points as it may have rows', async ({ owner }) => {
    const dear = await owner.graphql(
      '{ projects(first: 100) { nodes { environments(first: 100) { nodes { instances(first: 100) { nodes { id } } } } } } }',
    );
    expect([dear.at('errors.0.extensions.code'), dear.at('errors.0.extensions.details.limit')]).toEqual([
      'query_too_complex',
      'cost',
    ]);
  });
});

describe('cursors', () => {
  it('belong to their sort and filter', async ({ owner }) => {
    const cursor = (await owner.get('/instances?limit=2&sort=name&status=running')).text('next_cursor');
    expect((await owner.get(`/instances?limit=2&sort=name&status=running&cursor=${cursor}`)).status).toBe(200);
    for (const other of ['sort=-name&status=running', 'sort=name', 'sort=name&status=stopped', 'status=running']) {
      const answer = await owner.get(`/instances?limit=2&${other}&cursor=${cursor}`);
      expect([answer.status, answer.at('error.code')]).toEqual([400, 'invalid_cursor']);
    }
  });

  it.for([
    'xyz',
    '',
    'e30',
    Buffer.from('{"id":"1"}').toString('base64url'),
    Buffer.from(`{"id":"0197a1f0-0000-7000-8000-000000000000","name":"\\u0000","sort":"name"}`).toString('base64url'),
  ])('that nobody gave are refused: %j', async (cursor, { owner }) => {
    const answer = await owner.get(`/projects?sort=name&cursor=${cursor}`);
    expect([answer.status, answer.at('error.code')]).toEqual([400, 'invalid_cursor']);
  });

  it('come with links to the next and to the first page', async ({ owner }) => {
    const answer = await owner.get('/instances?limit=5&sort=name');
    const links = Object.fromEntries(
      [...(answer.headers.get('link') ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)].map((match) => [match[2], match[1]]),
    );
    expect(links['first']).toBe('/api/instances?limit=5&sort=name');
    expect(links['next']).toBe(`/api/instances?limit=5&sort=name&cursor=${answer.text('next_cursor')}`);
    const last = await owner.get('/instances?limit=100');
    expect([last.headers.get('link'), last.at('next_cursor'), last.at('has_more')]).toEqual([
      '</api/instances?limit=100>; rel="first"',
      null,
      false,
    ]);
  });

  it('are the same in GraphQL, which pages backwards too', async ({ owner }) => {
    const page = (args: string): Promise<Answer> =>
      owner.graphql(
        `{ instances(sort: NAME, ${args}) { nodes { name } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      );
    const first = await page('first: 3');
    const rest = await owner.get(
      `/instances?sort=name&limit=3&cursor=${first.text('data.instances.pageInfo.endCursor')}`,
    );
    expect(column(rest, 'name')).toEqual(['Instance 12', 'Instance 2', 'Instance 3']);
    const back = await page(`last: 2, before: "${rest.text('next_cursor')}"`);
    expect(back.at('data.instances.nodes')).toEqual([{ name: 'Instance 12' }, { name: 'Instance 2' }]);
    expect(back.at('data.instances.pageInfo.hasPreviousPage')).toBe(true);
    expect((await page('last: 2')).at('data.instances.nodes')).toEqual([
      { name: 'Instance 8' },
      { name: 'Instance 9' },
    ]);
    expect((await page('first: 2, last: 2')).at('errors.0.extensions.code')).toBe('validation_error');
  });
});

describe('pages of a list that changes meanwhile', () => {
  it.for(['-created_at', 'created_at', 'name', '-name'])(
    'lose and repeat nothing, sorted by %s',
    async (sort, { ocore }) => {
      const busy = await ocore.owner('busy');
      const create = async (name: string): Promise<string> =>
        (await busy.post('/projects', { name: `${name} ${Math.random()}` })).text('id');
      const stay: string[] = [];
      const go: string[] = [];
      for (let index = 0; index < 24; index += 1)
        (index % 3 === 0 ? go : stay).push(await create(String.fromCharCode(97 + ((index * 7) % 26))));
      const seen = await walk(busy, `/projects?limit=4&sort=${sort}`, 'id', async (sofar) => {
        // Some come before and behind the cursor; the row at the cursor itself goes, and one not seen yet.
        for (const letter of ['a', 'm', 'z'].slice(0, sofar.length < 30 ? 3 : 0)) await create(letter);
        const gone = [sofar.findLast((id) => go.includes(id)), go.find((id) => !sofar.includes(id))];
        for (const id of gone) if (id) await busy.delete(`/projects/${id}`);
      });
      expect(new Set(seen).size).toBe(seen.length);
      expect(stay.filter((id) => !seen.includes(id))).toEqual([]);
    },
  );
});
