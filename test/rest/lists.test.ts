import { describe, expect } from 'vitest';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { fillInstances } from '../kit/rows.ts';

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

  it('take the wildcards of a search as they are', async ({ ocore }) => {
    const shop = await ocore.owner('shop');
    for (const name of ['100 % wool', 'Wool_en', 'Back\\slash']) await shop.post('/projects', { name });
    expect(column(await shop.get('/projects?search=%25'), 'name')).toEqual(['100 % wool']);
    expect(column(await shop.get('/projects?search=_'), 'name')).toEqual(['Wool_en']);
    expect(column(await shop.get('/projects?search=%5C'), 'name')).toEqual(['Back\\slash']);
    expect(column(await shop.get('/projects?search=WOOL&sort=name'), 'name')).toEqual(['100 % wool', 'Wool_en']);
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
