import type { App } from '../app.ts';

/** Deletes keys whose day is over. */
export async function forgetOld(app: App): Promise<void> {
  await app.db.pool.query('DELETE FROM idempotency_keys WHERE expires_at < now()');
}
