import { mkdir, rm } from 'node:fs/promises';
import { expect } from 'vitest';
import { ended, Stage } from '../backups/stage.ts';
import { databaseOdoo } from '../fleet/database-odoo.ts';
import { it } from '../fleet/fixtures.ts';
import type { Answer } from '../kit/client.ts';
import { WorkerProcess } from '../kit/worker.ts';

it.override('env', { ODOO_IMAGE: databaseOdoo });

let stage: Stage;
let disk: { id: string; dir: string };

it.beforeAll(async ({ ocore, owner, server }) => {
  stage = await Stage.set(ocore, owner, server, 'Scheduled');
  disk = await stage.destination();
}, 300_000);

const schedule = (more: Record<string, unknown> = {}): Promise<Answer> =>
  stage.owner.post(`/environments/${stage.environmentId}/backup-schedules`, {
    name: 'Every night',
    cron: '0 2 * * *',
    timeZone: 'Europe/Berlin',
    destinationId: disk.id,
    keepLast: 2,
    ...more,
  });
const refusal = (answer: Answer): unknown[] => [
  answer.status,
  answer.at('error.code'),
  answer.at('error.details.field'),
  answer.at('error.details.constraint'),
];
/** As if nothing had looked at the schedule for three days. */
const makeDue = (id: string): Promise<unknown> =>
  stage.ocore.sql("UPDATE backup_schedules SET next_run_at = now() - interval '3 days' WHERE id = $1", [id]);
interface Row {
  id: string;
  status: string;
}
const backups = (id: string): Promise<Row[]> =>
  stage.ocore.sql<Row>('SELECT id, status::text FROM backups WHERE schedule_id = $1 ORDER BY id', [id]);
/** Until so many of the schedule's backups have ended. */
const endedBackups = (id: string, count: number): Promise<void> =>
  expect
    .poll(async () => (await backups(id)).filter(({ status }) => ['completed', 'failed'].includes(status)).length, {
      timeout: 240_000,
    })
    .toBe(count);

it('refuses what is no schedule', async () => {
  for (const [given, field, constraint] of [
    [{ cron: '* * * * *' }, 'cron', 'cron'],
    [{ cron: '0 2 30 2 *' }, 'cron', 'cron'],
    [{ cron: 'every day' }, 'cron', 'cron'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone', 'time_zone'],
    [{ keepLast: 1001 }, 'keepLast', 'max'],
  ] as const)
    expect(refusal(await schedule(given))).toEqual([400, 'validation_error', field, constraint]);
  const presets = await stage.owner.get('/backup-schedule/presets');
  expect(presets.at('presets.2.id')).toBe('daily');
});

it('catches a missed schedule up once, and keeps what its policy says', { timeout: 600_000 }, async () => {
  const made = await schedule();
  expect([made.status, made.at('timeZone'), made.at('upcomingRuns.4')]).toEqual([
    201,
    'Europe/Berlin',
    expect.stringMatching(/T0[01]:00:00/),
  ]);
  const id = made.text('id');
  expect(refusal(await schedule())).toEqual([409, 'conflict', 'name', 'unique']);
  expect((await stage.owner.delete(`/backup-destinations/${disk.id}`)).at('error.details.schedules')).toEqual([
    'Every night',
  ]);
  // A second worker looks as well: one of them does it.
  const other = new WorkerProcess(stage.ocore);
  for (let count = 1; count <= 3; count += 1) {
    await makeDue(id);
    await endedBackups(id, Math.min(count, 3));
  }
  await other.kill();
  // The first of the three goes, with its data.
  await expect.poll(async () => (await backups(id)).length, { timeout: 120_000 }).toBe(2);
  const preview = await stage.owner.get(`/backup-schedules/${id}/retention?keep_last=1`);
  expect([
    preview.at('decisions.0.kept'),
    preview.at('decisions.0.reasons'),
    preview.at('decisions.1.kept'),
    preview.at('decisions.1.reasons'),
  ]).toEqual([true, ['last', 'last good'], false, []]);
  const lock = 'UPDATE backup_destinations SET object_lock = $2::jsonb WHERE id = $1';
  await stage.ocore.sql(lock, [disk.id, JSON.stringify({ mode: 'compliance', days: 1 })]);
  const locked = await stage.owner.get(`/backup-schedules/${id}/retention?keep_last=1`);
  expect(locked.at('decisions.1')).toMatchObject({ kept: true, reasons: ['object lock'] });
  await stage.ocore.sql(lock, [disk.id, null]);
  const [older] = await backups(id);
  await stage.owner.patch(`/backups/${older?.id}`, { pinned: true });
  expect((await stage.owner.get(`/backup-schedules/${id}/retention?keep_last=1`)).at('decisions.1.reasons')).toEqual([
    'pinned',
  ]);
  expect((await stage.owner.delete(`/backup-schedules/${id}`)).status).toBe(200);
  expect(await backups(id)).toHaveLength(2);
  expect((await stage.owner.delete(`/backup-destinations/${disk.id}`)).at('error.details.backups')).toBe(2);
});

it('tells of backups that fail, and puts a clock right that was ahead', { timeout: 300_000 }, async () => {
  const gone = await stage.destination('Gone');
  const made = await schedule({ name: 'To a place that goes', destinationId: gone.id });
  const id = made.text('id');
  await rm(gone.dir, { recursive: true });
  await makeDue(id);
  await endedBackups(id, 1);
  await expect
    .poll(async () => (await stage.owner.get('/backup-alerts')).at('data.0.alertType'), { timeout: 30_000 })
    .toBe('failed');
  const [alert] = [await stage.owner.get('/backup-alerts')];
  expect(alert?.at('data.0.message')).toContain('The backup of Scheduled failed');
  expect((await stage.owner.get('/backup-alerts/count')).body).toEqual({ undismissed: 1, unread: 1 });
  const alertId = alert?.text('data.0.id') ?? '';
  expect((await stage.owner.post(`/backup-alerts/${alertId}/read`)).at('readAt')).not.toBe(null);
  expect((await stage.owner.get('/backup-alerts/count')).body).toEqual({ undismissed: 1, unread: 0 });
  expect((await stage.owner.post(`/backup-alerts/${alertId}/dismiss`)).status).toBe(200);
  expect((await stage.owner.get('/backup-alerts')).at('data')).toEqual([]);
  expect((await stage.owner.get('/backup-alerts?include_dismissed=true')).at('data.0.id')).toBe(alertId);
  await mkdir(gone.dir);

  // The clock was a year ahead for a while.
  await stage.ocore.sql(
    "UPDATE backup_schedules SET last_run_at = now() + interval '1 year', next_run_at = now() + interval '1 year' WHERE id = $1",
    [id],
  );
  await expect
    .poll(async () => Date.parse((await stage.owner.get(`/backup-schedules/${id}`)).text('nextRunAt')))
    .toBeLessThan(Date.now() + 2 * 86_400_000);

  // A stopped instance misses nothing.
  await ended(stage.owner, await stage.owner.post(`/instances/${stage.instanceId}/stop`), 'succeeded');
  await makeDue(id);
  await expect
    .poll(async () => String((await stage.owner.get(`/backup-schedules/${id}`)).at('lastProblem')), { timeout: 60_000 })
    .toContain('stopped');
  expect((await stage.owner.get('/backup-alerts')).at('data')).toEqual([]);
  await ended(stage.owner, await stage.owner.post(`/instances/${stage.instanceId}/start`), 'succeeded');
});

it('tells once of a backup that is much smaller, of one that was not made, and of none for days', {
  timeout: 600_000,
}, async () => {
  const { ocore, instanceId } = stage;
  const alertsOf = async (scheduleId: string): Promise<string> =>
    (
      await ocore.sql<{ type: string }>(
        "SELECT payload->>'alertType' AS type FROM outbox_events WHERE type = 'backup_alert.created' AND payload->>'scheduleId' = $1 ORDER BY id",
        [scheduleId],
      )
    )
      .map(({ type }) => type)
      .join(' ');
  const untilTold = (scheduleId: string, alerts: string): Promise<void> =>
    expect.poll(() => alertsOf(scheduleId), { timeout: 180_000 }).toBe(alerts);
  const made = await schedule({ name: 'Watched', keepLast: 5 });
  const id = made.text('id');
  // A second worker looks as well: one of them tells.
  const other = new WorkerProcess(ocore);
  try {
    await makeDue(id);
    await endedBackups(id, 1);
    await ocore.sql('UPDATE backups SET database_bytes = 50000000 WHERE schedule_id = $1', [id]);
    await makeDue(id);
    await endedBackups(id, 2);
    await untilTold(id, 'shrunken');
    const [, small] = await backups(id);
    expect((await stage.owner.get('/backup-alerts')).at('data.0')).toMatchObject({
      alertType: 'shrunken',
      backupId: small?.id,
      instanceId,
      message: expect.stringMatching(/^The backup of Scheduled has \d\.\d MB; those before it had 50\.\d MB$/),
    });

    // What is in the way may be gone within the hour: only then is the backup missed. Those that are there are of another day.
    await ocore.sql("UPDATE backups SET created_at = now() - interval '1 day' WHERE schedule_id = $1", [id]);
    await ocore.sql("UPDATE instances SET status = 'stopping' WHERE id = $1", [instanceId]);
    await ocore.sql('UPDATE backup_schedules SET next_run_at = now() WHERE id = $1', [id]);
    await expect
      .poll(async () => String((await stage.owner.get(`/backup-schedules/${id}`)).at('lastProblem')), {
        timeout: 60_000,
      })
      .toContain('stopping');
    expect(await alertsOf(id)).toBe('shrunken');
    await ocore.sql(
      "UPDATE backup_schedules SET next_run_at = now(), due_at = now() - interval '61 minutes' WHERE id = $1",
      [id],
    );
    await untilTold(id, 'shrunken missed');
    expect(
      await ocore.sql('SELECT due_at, next_run_at > now() AS later FROM backup_schedules WHERE id = $1', [id]),
    ).toEqual([{ due_at: null, later: true }]);
    await ocore.sql("UPDATE instances SET status = 'running' WHERE id = $1", [instanceId]);

    const age = (table: string, column: string, where: string, value: string): Promise<unknown> =>
      ocore.sql(`UPDATE ${table} SET ${column} = now() - interval '9 days' WHERE ${where} = $1`, [value]);
    await age('instances', 'created_at', 'id', instanceId);
    await age('backup_schedules', 'created_at', 'id', id);
    await age('backups', 'completed_at', 'schedule_id', id);
    await other.killAndReplace();
    await untilTold(id, 'shrunken missed stale');
    // It is looked at before the one that is made after it, and told of no more.
    const later = (await schedule({ name: 'Watched later' })).text('id');
    await age('backup_schedules', 'created_at', 'id', later);
    await other.killAndReplace();
    await untilTold(later, 'stale');
    expect(await alertsOf(id)).toBe('shrunken missed stale');
  } finally {
    await other.kill();
  }
});
