import { expect } from 'vitest';
import { it } from '../kit/fixtures.ts';
import { type Fleet, fleetOf } from '../kit/fleet-rows.ts';
import { nowhere } from '../kit/nowhere.ts';

/* The worker of this control plane looks by itself; the server is nowhere, so that what it starts comes to no end here. */

let fleet: Fleet;

it.beforeAll(async ({ ocore, owner }) => {
  fleet = await fleetOf(ocore, owner);
  // Nothing tells it that the server is away.
  await ocore.sql("UPDATE servers SET status = 'active', host = $2 WHERE id = $1", [fleet.SERVER_ID, nowhere.host]);
});

const insertBackup = `
  WITH destination AS (INSERT INTO backup_destinations (id, org_id, name, destination_type, config, updated_at)
      SELECT gen_random_uuid(), org_id, gen_random_uuid()::text, 's3', '{}', now() FROM instances WHERE id = $1 RETURNING id, org_id),
    repository AS (INSERT INTO backup_repositories (id, org_id, destination_id, instance_id, password_enc)
      SELECT gen_random_uuid(), org_id, id, $1, '' FROM destination RETURNING id, org_id, destination_id)
  INSERT INTO backups (id, org_id, project_id, environment_id, instance_id, instance_name, destination_id, repository_id, backup_type, status, snapshot_id, completed_at)
    SELECT gen_random_uuid(), i.org_id, i.project_id, i.environment_id, i.id, i.name, r.destination_id, r.id, 'manual', 'completed', repeat('a', 64), now()
    FROM instances i, repository r WHERE i.id = $1 RETURNING id`;

it('is set, shown, changed and deleted', async ({ owner }) => {
  const path = `/environments/${fleet.ENVIRONMENT_ID}/restore-test-schedule`;
  expect((await owner.get(path)).at('error.code')).toBe('not_found');
  const set = await owner.put(path, {
    serverId: fleet.SERVER_ID,
    cron: '0 4 * * 0',
    timeZone: 'Europe/Berlin',
    active: false,
  });
  expect(set.body).toMatchObject({ cron: '0 4 * * 0', timeZone: 'Europe/Berlin', everyBackups: null, active: false });
  expect((await owner.put(path, { serverId: fleet.SERVER_ID, everyBackups: 3, active: false })).body).toMatchObject({
    cron: null,
    everyBackups: 3,
  });
  expect((await owner.get(path)).at('everyBackups')).toBe(3);
  expect((await owner.delete(path)).status).toBe(200);
  expect((await owner.get(path)).at('error.code')).toBe('not_found');
});

it.for([
  [{ cron: '* * * * * *' }, 'cron', 'cron'],
  [{ cron: '0 0 30 2 *' }, 'cron', 'cron'],
  [{ cron: 'soon' }, 'cron', 'cron'],
  [{ cron: '0 4 * * 0', timeZone: 'Mars/Olympus' }, 'timeZone', 'time_zone'],
  [{}, 'cron', 'exclusive'],
  [{ cron: '0 4 * * 0', everyBackups: 2 }, 'cron', 'exclusive'],
  [{ everyBackups: 0 }, 'everyBackups', 'min'],
] as const)('refuses %j', async ([wrong, field, constraint], { owner }) => {
  const path = `/environments/${fleet.ENVIRONMENT_ID}/restore-test-schedule`;
  const answer = await owner.put(path, { serverId: fleet.SERVER_ID, ...wrong });
  expect([answer.status, answer.at('error.details.field'), answer.at('error.details.constraint')]).toEqual([
    400,
    field,
    constraint,
  ]);
});

it('refuses a test without a completed backup', async ({ owner }) => {
  const answer = await owner.post(`/environments/${fleet.ENVIRONMENT_ID}/restore-tests`, { serverId: fleet.SERVER_ID });
  expect([answer.status, answer.at('error.code')]).toEqual([422, 'unprocessable']);
});

it('is due once after so many backups, and once for a time that was missed', async ({ ocore, owner }) => {
  const path = `/environments/${fleet.ENVIRONMENT_ID}`;
  const count = async (): Promise<number> => {
    const list = (await owner.get(`${path}/restore-tests`)).at('data');
    return Array.isArray(list) ? list.length : -1;
  };
  await owner.put(`${path}/restore-test-schedule`, { serverId: fleet.SERVER_ID, everyBackups: 2 });
  await ocore.sql(insertBackup, [fleet.INSTANCE_ID]);
  await ocore.sql(insertBackup, [fleet.INSTANCE_ID]);
  await expect.poll(count, { timeout: 60_000 }).toBe(1);
  // What it started ends; the same backups do not count again.
  await ocore.sql("UPDATE restore_tests SET status = 'failed'");
  await owner.put(`${path}/restore-test-schedule`, { serverId: fleet.SERVER_ID, cron: '0 4 * * *' });
  await ocore.sql("UPDATE restore_test_schedules SET counted_from = now() - interval '30 days'");
  await expect.poll(count, { timeout: 60_000 }).toBe(2);
  const [schedule] = await ocore.sql<{ fresh: boolean }>(
    "SELECT counted_from > now() - interval '5 minutes' AS fresh FROM restore_test_schedules",
  );
  expect(schedule?.fresh).toBe(true);
  expect((await owner.get(`${path}/restore-tests`)).at('data.0.scheduled')).toBe(true);
});
