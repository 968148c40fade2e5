import { globSync, readFileSync } from 'node:fs';
import { afterAll, expect } from 'vitest';
import { probeForeign } from '../access/foreign.ts';
import { Client } from '../kit/client.ts';
import type { RootField } from '../kit/fields.ts';
import { it } from '../kit/fixtures.ts';
import { Program } from '../kit/program.ts';
import { fillOrg, type Org, rowsOf } from '../kit/two-orgs.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let org: Org;
let other: Org;
let open: Program;

it.beforeAll(async ({ ocore }) => {
  await ocore.owner('root');
  org = await fillOrg(ocore, 'aardvark');
  other = await fillOrg(ocore, 'bison');
  open = await Program.start({ OCORE_ROLE: 'gateway', DATABASE_URL: ocore.running.databaseUrl, DATA_DIR: ocore.dir }, [
    '--import',
    './test/tenancy/without-first-wall.ts',
  ]);
});
afterAll(async () => {
  await Program.endAll();
});

/** What an organization's members ask for; the program without its first wall answers. */
const ofOrganizations = ({ scopes }: RootField): boolean => 'permission' in scopes;
const attack = () =>
  probeForeign(new Client(open.url, other.owner.token, other.owner.org), other.ids, org.ids, ofOrganizations);

it('removes the first wall wherever it stands', () => {
  const conditions = globSync(['src/**/*.ts', 'schema/**/*.ts']).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?:where: \{[^}]*orgId: scope\.orgId|\w\.org_id = \$1::uuid)/g)].map(
      () => file,
    ),
  );
  const removed = [...open.output.matchAll(/^removed (\d+) from (\S+)$/gm)];
  expect(removed.map((match) => match[2])).toEqual(expect.arrayContaining([...new Set(conditions)]));
  expect(removed.reduce((sum, match) => sum + Number(match[1]), 0)).toBeGreaterThanOrEqual(conditions.length);
  expect(conditions.length).toBeGreaterThan(20);
});

it('holds without the first wall: another organization’s things are not there, and do not change', async ({
  ocore,
}) => {
  const before = await rowsOf(ocore, org.id);
  const { asked, wrong } = await attack();
  expect(wrong).toEqual([]);
  expect(asked).toBeGreaterThan(60);
  const attacker = new Client(open.url, other.owner.token, other.owner.org);
  for (const path of ['/servers', '/projects', '/environments', '/instances', '/operations']) {
    const list = await attacker.get(path);
    expect([path, list.status, JSON.stringify(list.body).includes('aardvark')]).toEqual([path, 200, false]);
    expect(list.at('data.0.id')).toEqual(expect.any(String));
  }
  expect(await rowsOf(ocore, org.id)).toBe(before);
});

it('is what holds: with row-level security switched off the same attack succeeds', async ({ ocore }) => {
  const tables = await ocore.sql<{ name: string }>(
    "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND rowsecurity",
  );
  await ocore.sql(tables.map(({ name }) => `ALTER TABLE ${name} DISABLE ROW LEVEL SECURITY`).join('; '));
  const before = await rowsOf(ocore, org.id);
  const attacker = new Client(open.url, other.owner.token, other.owner.org);
  expect(JSON.stringify((await attacker.get('/servers')).body)).toContain('aardvark');
  const found = await attack();
  for (const name of [
    'Query.server',
    'Query.project',
    'Query.environment',
    'Query.instance',
    'Query.operation',
    'Query.operationLogs',
    'Mutation.updateServer',
    'Mutation.updateProject',
    'Subscription.operationUpdated',
    'GET /servers/{id}',
    'PATCH /projects/{id}',
  ]) {
    expect(found.open).toContain(name);
  }
  expect(await rowsOf(ocore, org.id)).not.toBe(before);
});
