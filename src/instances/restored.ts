import type pg from 'pg';

/** In a restored database: every instance may have changed since, so the next look at its server tells how it is. */
export async function recheckRestored(client: pg.Client): Promise<void> {
  await client.query("UPDATE instances SET restored_at = now() WHERE status <> 'removed'");
}
