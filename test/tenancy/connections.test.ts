import { afterAll, expect } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { inOrg, TenantPool } from '../../src/database/tenant-pool.ts';
import { it } from '../kit/fixtures.ts';

let db: Database;
let orgs: [string, string];

it.beforeAll(async ({ ocore }) => {
  for (const name of ['ann', 'bob']) {
    const owner = await ocore.owner(name);
    for (let i = 0; i < 3; i += 1) await owner.post('/projects', { name: `Of ${name} ${i}` });
  }
  const [first, second] = await ocore.sql<{ id: string }>('SELECT id FROM organizations ORDER BY id');
  orgs = [first?.id ?? '', second?.id ?? ''];
  // Two connections for tenants.
  db = openDatabase(ocore.running.databaseUrl, 4, () => {});
});
afterAll(async () => {
  await db?.close();
});

/** Reads every project that can be seen, by each way there is; nothing here names the organization. */
const ways: readonly ((org: string) => Promise<{ orgId: string }[]>)[] = [
  (org) => db.tenants.of(org).project.findMany(),
  (org) => db.tenants.of(org).$queryRaw<{ orgId: string }[]>`SELECT org_id AS "orgId" FROM projects`,
  async (org) =>
    (
      await db.tenants.query<{ orgId: string }>(org, {
        name: 'all projects',
        text: 'SELECT org_id AS "orgId" FROM projects',
      })
    ).rows,
  (org) =>
    db.tenants.transaction(org, async (tx) => {
      await tx.project.updateMany({ data: { description: `seen by ${org}` } });
      return tx.project.findMany();
    }),
  async (org) => {
    const seen: { orgId: string }[] = [];
    await db.tenants
      .transaction(org, async (tx) => {
        seen.push(...(await tx.project.findMany()));
        throw new Error('rolled back');
      })
      .catch(() => {});
    return seen;
  },
  async (org) => {
    await db.tenants.query(org, { text: 'SELECT 1 / 0' }).catch(() => {});
    return db.tenants.of(org).project.findMany();
  },
];

it('never mixes organizations that share two connections', async () => {
  const wrong: string[] = [];
  for (let round = 0; round < 15; round += 1) {
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const n = round * 40 + index;
        // Neither the order nor the way is the same for both.
        const org = orgs[(n * 7 + (n >> 3)) % 2] ?? '';
        const rows = (await ways[n % ways.length]?.(org)) ?? [];
        if (rows.length !== 3 || rows.some((row) => row.orgId !== org)) wrong.push(`${n}: ${JSON.stringify(rows)}`);
      }),
    );
  }
  expect(wrong).toEqual([]);
});

it('never mixes them either while connections break', async ({ ocore }) => {
  const wrong: string[] = [];
  let answered = 0;
  let busy = true;
  const breaking = (async () => {
    while (busy) {
      await ocore.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'ocore' AND usename = current_user AND pid <> pg_backend_pid() AND query ~ 'projects|set_config|SET ROLE|BEGIN|COMMIT|ROLLBACK' AND query !~ 'pg_stat_activity' ORDER BY random() LIMIT 1",
      );
    }
  })();
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const org = orgs[(n + round) % 2] ?? '';
        const rows = await ways[n % 4]?.(org).catch(() => undefined);
        if (!rows) return;
        answered += 1;
        if (rows.length !== 3 || rows.some((row) => row.orgId !== org)) wrong.push(JSON.stringify(rows));
      }),
    );
  }
  busy = false;
  await breaking;
  expect(wrong).toEqual([]);
  expect(answered).toBeGreaterThan(0);
});

it('refuses statements outside an organization, also through Prisma’s own transactions', async ({ ocore }) => {
  await expect(db.tenants.of(orgs[0]).$transaction((tx) => tx.project.findMany())).rejects.toThrow(
    /needs its organization/,
  );
  const pool = new TenantPool({ connectionString: ocore.running.databaseUrl, max: 1 });
  await expect(pool.query('SELECT 1')).rejects.toThrow('needs its organization');
  await expect(pool.connect()).rejects.toThrow('needs its organization');
  await pool.end();
});

it('lends no connection with an open transaction, and runs no statement after its end', async ({ ocore }) => {
  const [first, second] = orgs;
  const pool = new TenantPool({ connectionString: ocore.running.databaseUrl, max: 1 });
  const standing = async (org: string): Promise<string> =>
    (await inOrg(org, () => pool.query<{ org: string }>("SELECT current_setting('ocore.org_id') AS org"))).rows[0]
      ?.org ?? '';
  try {
    expect(await standing(first)).toBe(first);
    const left = await inOrg(first, () => pool.connect());
    await left.query('BEGIN');
    left.release();
    // Had the same connection entered here, the rollback would have put it back into the first organization.
    const next = await inOrg(second, () => pool.connect());
    await next.query('ROLLBACK');
    await expect(next.query('SELECT 1')).rejects.toThrow('came too late');
    next.release();
    expect(await standing(second)).toBe(second);

    const slow = await inOrg(first, () => pool.connect());
    await slow.query('BEGIN');
    const end = slow.query('ROLLBACK');
    await expect(slow.query('DELETE FROM projects')).rejects.toThrow('came too late');
    await end;
    slow.release();
    expect(await standing(second)).toBe(second);
    await expect(slow.query('DELETE FROM projects')).rejects.toThrow('came too late');
  } finally {
    await pool.end();
  }
  expect(await ocore.sql('SELECT count(*)::int AS count FROM projects')).toEqual([{ count: 6 }]);
});
