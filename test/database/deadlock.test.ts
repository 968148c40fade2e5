import pg from 'pg';
import { expect } from 'vitest';
import { it } from '../kit/fixtures.ts';

it('does a change again that PostgreSQL ended since it and another waited for each other', async ({ ocore, owner }) => {
  const made = await owner.post('/projects', { name: 'Shop' });
  const id = made.text('id');
  const other = new pg.Client({ connectionString: ocore.running.databaseUrl });
  await other.connect();
  try {
    // The other one never is the one to end.
    await other.query("SET deadlock_timeout = '1h'");
    await other.query('BEGIN');
    await other.query('LOCK TABLE outbox_events IN EXCLUSIVE MODE');
    // It holds the project, and waits to tell of it.
    const change = owner.patch(`/projects/${id}`, { description: 'Changed after all' });
    await expect
      .poll(() =>
        ocore.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"),
      )
      .toHaveLength(1);
    await other.query("UPDATE projects SET name = 'Store' WHERE id = $1", [id]);
    await other.query('COMMIT');
    const changed = await change;
    expect([changed.status, changed.at('name'), changed.at('description')]).toEqual([
      200,
      'Store',
      'Changed after all',
    ]);
  } finally {
    await other.end();
  }
});
