import type { Pool } from 'pg';

/** Notes when and from where a key was used, at most once a minute: the request does not wait for it, nor fail with it. */
export function noteKeyUse(pool: Pool, keyId: string, ipAddress: string | null): void {
  pool
    .query({
      name: 'key use',
      text: 'UPDATE api_keys SET last_used_at = now(), last_used_ip = $2 WHERE id = $1',
      values: [keyId, ipAddress],
    })
    .catch(() => {});
}
