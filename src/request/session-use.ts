import type { Pool } from 'pg';

/** Notes when and from where a session was used, at most once a minute: the request does not wait for it, nor fail with it. */
export function noteSessionUse(pool: Pool, sessionId: string, ipAddress: string | null): void {
  pool
    .query({
      name: 'session use',
      text: "UPDATE sessions SET last_seen_at = now(), ip_address = coalesce($2, ip_address) WHERE id = $1 AND last_seen_at < now() - interval '1 minute'",
      values: [sessionId, ipAddress],
    })
    .catch(() => {});
}
