import { once } from 'node:events';
import { get, IncomingMessage } from 'node:http';
import { describe, expect } from 'vitest';
import { z } from 'zod';
import type { Client } from '../kit/client.ts';
import { DatabaseProxy } from '../kit/database-proxy.ts';
import { it } from '../kit/fixtures.ts';
import { nowhere } from '../kit/nowhere.ts';
import { Ocore } from '../kit/ocore.ts';

const key = { SSH_ENCRYPTION_KEY: 'the same key in both processes of this test' };
it.override('env', key);

it.beforeAll(async ({ owner }) => {
  for (const name of ['First', '=HYPERLINK("x")', 'Third, with a comma']) await owner.post('/projects', { name });
});

it('tells who did what from where, newest first', async ({ owner }) => {
  const trail = await owner.get('/audit-logs?action=project.created&limit=2');
  expect(trail.status).toBe(200);
  expect([
    trail.at('data.0.resourceName'),
    trail.at('data.0.userName'),
    trail.at('data.0.actorType'),
    trail.at('data.0.afterState.name'),
    trail.at('has_more'),
  ]).toEqual(['Third, with a comma', 'owner', 'user', 'Third, with a comma', true]);
  const rest = await owner.get(`/audit-logs?action=project.created&limit=2&cursor=${trail.text('next_cursor')}`);
  expect([rest.at('data.0.resourceName'), rest.at('data.1'), rest.at('next_cursor')]).toEqual([
    'First',
    undefined,
    null,
  ]);
});

it('names oCore for what its workers found out, in the list and in the export', async ({ owner }) => {
  const added = await owner.post('/servers', { name: 'Nowhere', ...nowhere });
  await owner.finished(added.text('operationId'));
  const mine = `resource_id=${added.text('id')}`;
  expect((await owner.get(`/audit-logs?${mine}&action=server.created`)).at('data.0.userName')).toBe('owner');
  const found = await owner.get(`/audit-logs?${mine}&search=ocore`);
  expect([found.at('data.0.actorType'), found.at('data.0.userId'), found.at('data.0.userName')]).toEqual([
    'system',
    null,
    'oCore',
  ]);
  expect((await owner.get(`/audit-logs/export?format=csv&${mine}&search=ocore`)).body).toContain(',system,,oCore,');
}, 60_000);

it('finds by resource, by action family, by person and by time', async ({ owner }) => {
  const project = (await owner.get('/projects?limit=1')).text('data.0.id');
  expect((await owner.get(`/audit-logs?resource_id=${project}`)).at('data.0.resourceId')).toBe(project);
  expect((await owner.get('/audit-logs?action=org.*')).at('data.0.action')).toBe('organization.created');
  expect((await owner.get('/audit-logs?user_id=0197a1f0-0000-7000-8000-000000000000')).at('data')).toEqual([]);
  expect((await owner.get('/audit-logs?start_date=2100-01-01T00:00:00Z')).at('data')).toEqual([]);
  expect((await owner.get('/audit-logs?end_date=2000-01-01T00:00:00Z')).at('data')).toEqual([]);
  const crossed = await owner.get('/audit-logs?start_date=2030-01-01T00:00:00Z&end_date=2020-01-01T00:00:00Z');
  expect([crossed.status, crossed.at('error.details.field')]).toEqual([400, 'start_date']);
});

it('exports as JSON and as CSV that no spreadsheet runs', async ({ owner }) => {
  const json = await owner.get('/audit-logs/export?resource_type=project');
  expect([json.headers.get('content-disposition')?.includes('.json'), json.at('0.resourceName')]).toEqual([
    true,
    'Third, with a comma',
  ]);
  const csv = await owner.get('/audit-logs/export?format=csv&resource_type=project');
  expect(csv.headers.get('content-type')).toContain('text/csv');
  expect(String(csv.body).split('\r\n')[0]).toBe(
    'id,createdAt,action,resourceType,resourceId,resourceName,actorType,userId,userName,administratorId,administratorName,ipAddress,userAgent,requestId,beforeState,afterState',
  );
  expect(String(csv.body)).toContain(`"'=HYPERLINK(""x"")"`);
  expect(String(csv.body)).toContain('"Third, with a comma"');
});

it('exports what the list says, in both APIs', async ({ owner }) => {
  const listed = (await owner.get('/audit-logs?resource_type=project&limit=100')).at('data');
  expect(listed).toContainEqual(expect.objectContaining({ userName: 'owner', actorType: 'user' }));
  expect((await owner.get('/audit-logs/export?resource_type=project')).body).toEqual(listed);
  const { content } = z
    .object({ content: z.string() })
    .parse((await owner.graphql('{ auditLogExport(resourceType: "project") { content } }')).at('data.auditLogExport'));
  expect(JSON.parse(content)).toEqual(listed);
});

/** Many entries, each with a state of some size. */
async function fill(ocore: Ocore, client: Client, type: string, count: number, bytes: number): Promise<void> {
  await ocore.sql(
    `INSERT INTO audit_entries (id, org_id, action, resource_type, resource_name, actor_type, actor_name, request_id, after_state)
     SELECT gen_random_uuid(), id, 'filled.entry', $4, 'Row ' || n, 'system', 'test', 'req_filled', jsonb_build_object('text', repeat('x', $3))
     FROM organizations, generate_series(1, $2::int) AS n WHERE slug = $1`,
    [client.org, count, bytes, type],
  );
}

describe('an export of many entries', () => {
  let many: Client;
  it.beforeAll(async ({ ocore }) => {
    many = await ocore.owner('many');
    await fill(ocore, many, 'filled', 10_100, 2000);
    await fill(ocore, many, 'small', 10_001, 1);
  });

  it('is sent row by row over REST, whole and in both formats', async () => {
    const json = await many.get('/audit-logs/export?resource_type=filled');
    const rows = z
      .array(z.object({ id: z.string(), userName: z.string(), afterState: z.object({ text: z.string() }) }))
      .parse(json.body);
    expect([json.status, rows.length, new Set(rows.map(({ id }) => id)).size, rows[0]?.userName]).toEqual([
      200,
      10_100,
      10_100,
      'test',
    ]);
    expect([
      json.headers.get('content-length'),
      json.headers.get('etag'),
      json.headers.get('content-encoding'),
    ]).toEqual([null, null, null]);
    const csv = String((await many.get('/audit-logs/export?resource_type=filled&format=csv')).body)
      .trimEnd()
      .split('\r\n');
    expect([csv.length, csv[0]?.startsWith('id,createdAt,action'), csv[10_100]?.includes('filled.entry')]).toEqual([
      10_101,
      true,
      true,
    ]);
    const head = await many.request('HEAD', '/api/audit-logs/export?format=csv');
    expect([head.status, head.headers.get('content-type'), head.body]).toEqual([200, 'text/csv; charset=utf-8', '']);
  });

  it('reads no further than its client takes', async ({ ocore }) => {
    const proxy = await DatabaseProxy.start(ocore.running.databaseUrl);
    const beside = await Ocore.start({ ...key, OCORE_ROLE: 'gateway', DATABASE_URL: proxy.url });
    const request = get(`${beside.url}/api/audit-logs/export?resource_type=filled&format=csv`, {
      headers: many.headers(),
    });
    const [response] = z.tuple([z.instanceof(IncomingMessage)]).parse(await once(request, 'response'));
    // Nobody reads: after what the buffers of the network hold, the database is asked for nothing more.
    let before = -1;
    const rests = async (): Promise<boolean> => {
      const now = proxy.statements;
      const same = now === before;
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return same;
    };
    await expect.poll(rests, { timeout: 60_000 }).toBe(true);
    expect(before).toBeLessThan(150);
    let lines = 0;
    for await (const chunk of response) lines += String(chunk).split('\r\n').length - 1;
    expect(lines).toBe(10_101);
    expect(proxy.statements).toBeGreaterThan(before);
    await beside.stop();
    await proxy.stop();
  }, 120_000);

  it('ends with its reader', async ({ ocore }) => {
    const response = await fetch(`${ocore.url}/api/audit-logs/export?resource_type=filled`, {
      headers: many.headers(),
    });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(first?.value?.length).toBeGreaterThan(0);
    await reader?.cancel();
    // The next one is not held up by the one that was given up.
    expect((await many.get('/audit-logs/export?action=org.created')).at('0.action')).toBe('organization.created');
  });

  it('is one of an operation in GraphQL, and has a bound there', async () => {
    const twice = await many.graphql(
      '{ a: auditLogExport(resourceType: "filled") { content } b: auditLogExport(resourceType: "filled") { content } }',
    );
    expect([twice.at('errors.0.extensions.code'), twice.at('errors.0.extensions.details')]).toEqual([
      'query_too_complex',
      { limit: 'cost', maximum: 10_000, actual: 20_000 },
    ]);
    const large = await many.graphql('{ auditLogExport(resourceType: "filled") { content } }');
    expect([large.at('errors.0.extensions.code'), large.at('errors.0.extensions.details')]).toEqual([
      'unprocessable',
      { constraint: 'size', maximum: 16 * 1024 ** 2, route: '/api/audit-logs/export' },
    ]);
    const long = await many.graphql('{ auditLogExport(resourceType: "small") { content } }');
    expect([long.at('errors.0.extensions.code'), long.at('errors.0.extensions.details')]).toEqual([
      'unprocessable',
      { constraint: 'entries', maximum: 10_000, route: '/api/audit-logs/export' },
    ]);
    const narrow = await many.graphql(
      '{ auditLogExport(action: "organization.created", format: csv) { filename contentType content } }',
    );
    expect(narrow.text('data.auditLogExport.content').split('\r\n')).toHaveLength(3);
  });

  it('costs its points over REST, too', async () => {
    const answer = await many.get('/audit-logs/export?action=org.created');
    expect(answer.headers.get('ratelimit-policy')).toContain('"graphql_cost"');
  });
});

it('ends with a refusal, and no file, for those who may not see the trail or ask for it in the wrong way', async ({
  ocore,
  owner,
}) => {
  await owner.post('/roles', { name: 'Blind', permissionIds: ['view:projects'] });
  const blind = await ocore.member(owner, 'Blind');
  expect([
    (await blind.get('/audit-logs/export')).status,
    (await blind.get('/audit-logs/export')).at('error.details.permission'),
  ]).toEqual([403, 'view:audit_logs']);
  const wrong = await owner.get('/audit-logs/export?start_date=2030-01-01T00:00:00Z&end_date=2020-01-01T00:00:00Z');
  expect([wrong.status, wrong.at('error.details.field')]).toEqual([400, 'start_date']);
  expect((await owner.get('/audit-logs/export?format=xml')).status).toBe(400);
});

it('keeps user agents at a sane length, in entries and sessions', async ({ ocore, owner }) => {
  const long = `agent/${'x'.repeat(4000)}`;
  expect(
    (await owner.request('POST', '/api/projects', { name: 'By a long agent' }, { 'user-agent': long })).status,
  ).toBe(201);
  expect((await owner.get('/audit-logs?action=project.created&limit=1')).text('data.0.userAgent')).toBe(
    long.slice(0, 256),
  );
  await owner.request(
    'POST',
    '/api/auth/login',
    { email: owner.email, password: 'correct horse 1' },
    { 'user-agent': long },
  );
  const [row] = await ocore.sql<{ longest: number }>('SELECT max(length(user_agent)) AS longest FROM sessions');
  expect(row?.longest).toBe(256);
});

it('shows nothing of another organization', async ({ ocore }) => {
  const stranger = await ocore.owner('stranger');
  const theirs = await stranger.get('/audit-logs');
  expect([theirs.at('data.0.action'), theirs.at('data.1')]).toEqual(['organization.created', undefined]);
});
