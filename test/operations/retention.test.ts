import { afterEach, expect } from 'vitest';
import { firstIdAt } from '../../src/ids.ts';
import { it } from '../kit/fixtures.ts';
import { fleetOf } from '../kit/fleet-rows.ts';
import { WorkerProcess } from '../kit/worker.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let worker: WorkerProcess | undefined;

afterEach(async () => {
  await worker?.kill();
});

it('deletes the logs of operations that ended before the retention, and keeps the operations', async ({
  ocore,
  owner,
}) => {
  const { OPERATION_ID: recent } = await fleetOf(ocore, owner);
  const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);
  const old = firstIdAt(daysAgo(3));
  // One that began long ago and still runs, or ended just now.
  const long = firstIdAt(daysAgo(2));
  for (const [id, ended] of [
    [old, daysAgo(3)],
    [long, daysAgo(0)],
  ] as const) {
    await ocore.sql(
      `INSERT INTO operations SELECT (jsonb_populate_record(o, jsonb_build_object('id', $1::text, 'finished_at', $2::timestamptz))).* FROM operations o WHERE id = $3`,
      [id, ended, recent],
    );
  }
  for (const id of [old, long, recent])
    await ocore.sql(
      "INSERT INTO operation_logs (operation_id, seq, step, level, message) VALUES ($1, 1, 'prepare', 'info', 'A line')",
      [id],
    );

  worker = new WorkerProcess(ocore, { OPERATION_LOG_RETENTION: '1d' });
  const linesOf = async (id: string): Promise<unknown> => (await owner.get(`/operations/${id}/logs`)).at('data.length');
  await expect.poll(() => linesOf(old), { timeout: 30_000 }).toBe(0);
  expect([await linesOf(long), await linesOf(recent)]).toEqual([1, 1]);
  expect((await owner.get(`/operations/${old}`)).status).toBe(200);
});

it('deletes events after 30 days, and reads those of a restored database on', async ({ ocore, owner }) => {
  await owner.post('/projects', { name: 'Restored' });
  const restored = (await owner.get('/events?limit=1')).text('data.0.id');
  const [old] = await ocore.sql<{ id: string }>(
    `UPDATE outbox_events SET created_at = now() - interval '31 days'
     WHERE id = (SELECT min(e.id) FROM outbox_events e JOIN organizations o ON o.id = e.org_id WHERE o.slug = $1) RETURNING event_id AS id`,
    [owner.org],
  );
  // Another server has not come to the number of this transaction yet.
  await ocore.sql("UPDATE outbox_events SET xid = '999999999999' WHERE event_id = $1", [restored]);
  const newest = async (): Promise<unknown> => (await owner.get('/events?limit=1')).at('data.0.id');
  expect(await newest()).not.toBe(restored);
  worker = new WorkerProcess(ocore);
  await expect.poll(newest, { timeout: 30_000 }).toBe(restored);
  const after = async () => (await owner.get(`/events?after_event=${old?.id}`)).at('error.code');
  await expect.poll(after, { timeout: 30_000 }).toBe('cursor_expired');
});
