import pg from 'pg';
import { expect } from 'vitest';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';

const change = ['DELETE', 'INSERT', 'SELECT', 'UPDATE'];
/** What a tenant may do with tables that differ from "everything, within its organization" and "nothing". */
const special: Readonly<Record<string, readonly string[]>> = {
  organizations: ['SELECT', 'UPDATE'],
  audit_entries: ['INSERT', 'SELECT'],
  outbox_events: ['INSERT', 'SELECT'],
  audit_anchors: ['SELECT'],
  webhook_queues: ['INSERT', 'SELECT', 'UPDATE'],
  webhook_deliveries: ['SELECT', 'UPDATE'],
  operation_steps: ['INSERT', 'SELECT', 'UPDATE'],
  operation_logs: ['INSERT', 'SELECT', 'UPDATE'],
  // Single columns, see below.
  users: [],
};

/** Of no organization: a letter leaves in the transaction of what it tells of, and nothing of it is read back. */
const writeOnly: Readonly<Record<string, readonly string[]>> = { mails: ['INSERT'] };

interface Table {
  name: string;
  has_org: boolean;
  rls: boolean;
  policies: { name: string; using: string | null; check: string | null; roles: string[]; command: string }[];
  grants: string[];
}

function tables(ocore: Ocore): Promise<Table[]> {
  return ocore.sql<pg.QueryResultRow & Table>(`SELECT c.relname AS name, c.relrowsecurity AS rls,
      EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id') AS has_org,
      coalesce((SELECT json_agg(json_build_object('name', p.policyname, 'using', p.qual, 'check', p.with_check, 'roles', p.roles, 'command', p.cmd)) FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname), '[]') AS policies,
      coalesce((SELECT json_agg(g.privilege_type ORDER BY g.privilege_type) FROM information_schema.role_table_grants g WHERE g.table_schema = 'public' AND g.table_name = c.relname AND g.grantee IN ('ocore_tenant', 'PUBLIC')), '[]') AS grants
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') ORDER BY 1`);
}

it('puts every table of organizations behind a policy, and grants nothing else', async ({ ocore }) => {
  const found = await tables(ocore);
  expect(found.length).toBeGreaterThan(25);
  for (const table of found) {
    const expected = special[table.name] ?? writeOnly[table.name] ?? (table.has_org ? change : []);
    const guarded = table.has_org || table.name in special;
    expect({ table: table.name, rls: table.rls, policies: table.policies.length, grants: table.grants }).toEqual({
      table: table.name,
      rls: guarded,
      policies: guarded ? 1 : 0,
      grants: expected,
    });
    for (const policy of table.policies) {
      expect(policy).toEqual({
        name: 'tenant',
        roles: ['ocore_tenant'],
        command: 'ALL',
        using: expect.stringMatching(table.has_org ? /^\(org_id = ocore_org\(\)\)$/ : /ocore_org\(\)|EXISTS/),
        check: table.has_org ? '(org_id = ocore_org())' : policy.check,
      });
    }
  }
});

it('shows of people what others may see, never what they sign in with', async ({ ocore }) => {
  const columns = await ocore.sql<{
    table: string;
    column: string;
    privilege: string;
  }>(`SELECT table_name AS "table", column_name AS "column", privilege_type AS privilege FROM information_schema.column_privileges c
    WHERE grantee IN ('ocore_tenant', 'PUBLIC') AND table_schema = 'public' AND NOT EXISTS (SELECT FROM information_schema.role_table_grants t WHERE t.table_name = c.table_name AND t.privilege_type = c.privilege_type AND t.grantee = c.grantee) ORDER BY 2`);
  expect(columns.map(({ table, column, privilege }) => `${privilege} ${table}.${column}`)).toEqual(
    [
      'avatar_url',
      'created_at',
      'deactivated_at',
      'email',
      'email_verified_at',
      'id',
      'last_login_at',
      'name',
      'totp_enabled_at',
      'updated_at',
    ].map((name) => `SELECT users.${name}`),
  );
});

it('keeps the role weak, and lets it call nothing that runs as its owner', async ({ ocore }) => {
  expect(
    await ocore.sql(
      "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin FROM pg_roles WHERE rolname = 'ocore_tenant'",
    ),
  ).toEqual([{ rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false, rolcanlogin: false }]);
  expect(await ocore.sql("SELECT 1 FROM pg_auth_members WHERE member = 'ocore_tenant'::regrole")).toEqual([]);
  expect(
    await ocore.sql(
      "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace IN ('public'::regnamespace, 'pgboss'::regnamespace)",
    ),
  ).toEqual([]);
  expect(await ocore.sql("SELECT relname FROM pg_class WHERE relowner = 'ocore_tenant'::regrole")).toEqual([]);
});

it('shows and takes nothing without an organization', async ({ ocore }) => {
  await ocore.owner();
  const client = new pg.Client({ connectionString: ocore.running.databaseUrl });
  await client.connect();
  try {
    await client.query('SET ROLE ocore_tenant');
    const readable = (await tables(ocore)).filter((table) => table.grants.includes('SELECT'));
    for (const { name } of readable)
      expect([name, (await client.query(`SELECT 1 FROM "${name}"`)).rowCount]).toEqual([name, 0]);
    expect((await client.query('SELECT id FROM users')).rowCount).toBe(0);
    await expect(
      client.query(
        "INSERT INTO projects (id, org_id, name, slug, updated_at) SELECT gen_random_uuid(), gen_random_uuid(), 'x', 'x', now()",
      ),
    ).rejects.toThrow(/row-level security/);
    for (const name of [
      'sessions',
      'passkeys',
      'one_time_tokens',
      'mails',
      'signing_keys',
      'data_keys',
      'recovery_codes',
      'used_refresh_tokens',
      '_prisma_migrations',
    ]) {
      await expect(client.query(`SELECT 1 FROM "${name}"`)).rejects.toThrow(/permission denied/);
    }
  } finally {
    await client.end();
  }
});
