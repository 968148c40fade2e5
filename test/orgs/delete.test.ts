import { expect } from 'vitest';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';
import { fillInstances } from '../kit/rows.ts';
import { WorkerProcess } from '../kit/worker.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

async function orgId(ocore: Ocore, slug: string | null): Promise<string> {
  return (await ocore.sql<{ id: string }>('SELECT id FROM organizations WHERE slug = $1', [slug]))[0]?.id ?? '';
}

/** Rows of an organization in whichever table has any: no table can be forgotten. */
async function remains(ocore: Ocore, id: string): Promise<Record<string, number>> {
  const tables = await ocore.sql<{ table_name: string }>(
    "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'org_id'",
  );
  const found: Record<string, number> = {};
  for (const { table_name } of tables) {
    const [row] = await ocore.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM "${table_name}" WHERE org_id = $1`,
      [id],
    );
    if (row && row.count > 0) found[table_name] = row.count;
  }
  return found;
}

it('refuses to forget what still runs, and a wrong confirmation', async ({ ocore, owner }) => {
  await fillInstances(ocore, owner.org ?? '', 2);
  const wrong = await owner.delete('/org', { confirmSlug: 'other' });
  expect([wrong.status, wrong.at('error.details.field')]).toEqual([400, 'confirmSlug']);
  const refused = await owner.delete('/org', { confirmSlug: owner.org });
  expect([refused.status, refused.at('error.details')]).toEqual([
    409,
    { servers: ['Filled'], instances: ['Instance 1', 'Instance 2'] },
  ]);
  expect([
    (await owner.get('/org')).at('status'),
    (await (await ocore.member(owner, 'Admin')).delete('/org', { confirmSlug: owner.org })).status,
  ]).toEqual(['active', 403]);
});

it('removes everything though its worker is killed, and sets the slug free', async ({ ocore, owner }) => {
  const viewer = await ocore.member(owner, 'Viewer');
  const { key } = await owner.newKey(['view:projects']);
  await owner.post('/members/invite', { email: 'late@example.com', roleId: await owner.roleId('Viewer') });
  await owner.post('/invite-links', { roleId: await owner.roleId('Viewer') });
  await owner.post(`/members/${await owner.memberIdOf(viewer.email)}/assignments`, {
    roleId: await owner.roleId('Developer'),
    projectId: (await owner.get('/projects')).text('data.0.id'),
  });
  await ocore.sql("UPDATE instances SET status = 'removed'");
  await ocore.sql("UPDATE servers SET status = 'removed'");
  const id = await orgId(ocore, owner.org);
  await ocore.sql(
    "INSERT INTO audit_entries (id, org_id, action, resource_type, actor_type, request_id) SELECT gen_random_uuid(), $1, 'test.filled', 'test', 'system', 'req_fill' FROM generate_series(1, 30000)",
    [id],
  );

  const accepted = await owner.delete('/org', { confirmSlug: owner.org });
  expect([accepted.status, accepted.at('status'), accepted.at('id')]).toEqual([202, 'removing', id]);
  expect([
    (await owner.delete('/org', { confirmSlug: owner.org })).status,
    (await owner.post('/projects', { name: 'Late' })).status,
    (await owner.get('/projects')).status,
  ]).toEqual([403, 403, 200]);

  const worker = new WorkerProcess(ocore);
  try {
    const left = async () =>
      (
        await ocore.sql<{ count: number }>(
          "SELECT count(*)::int AS count FROM audit_entries WHERE action = 'test.filled'",
        )
      )[0]?.count ?? 0;
    await expect.poll(left, { interval: 5, timeout: 30_000 }).toBeLessThan(30_000);
    await worker.killAndReplace();
    await expect.poll(async () => (await owner.get('/org')).status, { timeout: 30_000 }).toBe(404);
    await expect
      .poll(() => ocore.sql("SELECT status FROM operations WHERE kind = 'org.delete'"), { timeout: 10_000 })
      .toEqual([{ status: 'succeeded' }]);
  } finally {
    await worker.kill();
  }
  // The operation's own last words are swept later.
  expect(await remains(ocore, id)).toEqual({ operations: 1, audit_entries: 1, outbox_events: 1 });
  expect([(await viewer.get('/org')).status, (await owner.withKey(key).get('/projects')).status]).toEqual([404, 401]);
  expect(
    await ocore.sql("SELECT resource_name FROM audit_entries WHERE action = 'organization.deleted' AND org_id IS NULL"),
  ).toHaveLength(1);
  expect((await viewer.in(null).post('/user/orgs', { name: 'Next', slug: owner.org })).status).toBe(201);

  const next = new WorkerProcess(ocore);
  await expect.poll(() => remains(ocore, id), { timeout: 60_000 }).toEqual({});
  await next.kill();
}, 240_000);

it('goes on living when something came in between', async ({ ocore }) => {
  const other = await ocore.owner('between');
  const accepted = await other.delete('/org', { confirmSlug: other.org });
  // As a request does that was under way when the deletion began.
  await ocore.sql(
    "INSERT INTO servers (id, org_id, name, host, ssh_user, updated_at) SELECT gen_random_uuid(), id, 'Late', '127.0.0.1', 'root', now() FROM organizations WHERE slug = $1",
    [other.org],
  );
  const worker = new WorkerProcess(ocore);
  const failed = await other.finished(accepted.text('operationId'));
  await worker.kill();
  expect([failed.at('data.operationUpdated.status'), failed.at('data.operationUpdated.error.code')]).toEqual([
    'failed',
    'org_in_use',
  ]);
  expect([
    (await other.get('/org')).at('status'),
    (await other.post(`/operations/${accepted.text('operationId')}/retry`)).status,
  ]).toEqual(['active', 409]);
});

it('leaves a deactivated organization deactivated when its deletion fails', async ({ ocore, owner: admin }) => {
  const user = await ocore.owner('resting');
  const id = await orgId(ocore, user.org);
  await admin.post(`/admin/orgs/${id}/deactivate`);
  await admin.in(null).delete(`/admin/orgs/${id}`, { confirmSlug: user.org });
  await ocore.sql(
    "INSERT INTO servers (id, org_id, name, host, ssh_user, updated_at) VALUES (gen_random_uuid(), $1, 'Late', '127.0.0.1', 'root', now())",
    [id],
  );
  expect((await user.get('/org')).at('status')).toBe('removing');
  const worker = new WorkerProcess(ocore);
  await expect.poll(async () => (await user.get('/org')).at('status'), { timeout: 60_000 }).toBe('deactivated');
  await worker.kill();
}, 120_000);
