import type pg from 'pg';
import type { Described } from './describe-error.ts';

/** The end of operations that were under way when a backup was made from which this installation was restored. */
export const restored: Described = {
  code: 'installation_restored',
  message: 'oCore was restored from a backup that was made while this operation was under way; how it ended is unknown',
  hint: 'Check the resource: its status is read from its server. Request the change again if it is still needed.',
};

/**
 * In a restored database: what waits or runs there may have ended long ago, so nobody may run it again. The error that is
 * recorded here makes the worker that takes it over settle it without a call to its server.
 */
export async function endRestored(client: pg.Client): Promise<number> {
  const { rowCount } = await client.query(
    `UPDATE operations SET error_code = $1, error_message = $2, error_hint = $3, lease_until = to_timestamp(0), sessions = '[]'
    WHERE status IN ('queued', 'running')`,
    [restored.code, restored.message, restored.hint],
  );
  return rowCount ?? 0;
}
