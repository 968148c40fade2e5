import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';

const lease = "interval '60 seconds'";
export const renewEveryMs = 20_000;

interface Row {
  claim: string;
  request_id: string;
  request_enc: string;
  answer_enc: string | null;
  under_way: boolean;
}

/** A request's hold on its key: writes name the claim, so that one that was taken over changes nothing more. */
export class KeyClaim {
  readonly #app: App;
  readonly #id: string;
  readonly #claim: string;

  constructor(app: App, id: string, claim: string) {
    this.#app = app;
    this.#id = id;
    this.#claim = claim;
  }

  /** Keeps the response, sealed: it may hold tokens or a password that is shown once. */
  keep(answer: string): Promise<void> {
    return this.#query(
      'UPDATE idempotency_keys SET answer_enc = $3 WHERE id = $1 AND claim = $2::uuid',
      this.#app.secrets.seal(answer, this.#id),
    );
  }

  renew(): Promise<void> {
    return this.#query(`UPDATE idempotency_keys SET lease_until = now() + ${lease} WHERE id = $1 AND claim = $2::uuid`);
  }

  /** Nothing was changed: the key is as good as new. */
  free(): Promise<void> {
    return this.#query('DELETE FROM idempotency_keys WHERE id = $1 AND claim = $2::uuid');
  }

  /** It is unknown whether something was changed: the next attempt checks. */
  giveUp(): Promise<void> {
    return this.#query('UPDATE idempotency_keys SET lease_until = now() WHERE id = $1 AND claim = $2::uuid');
  }

  async #query(text: string, ...values: string[]): Promise<void> {
    await this.#app.db.pool.query(text, [this.#id, this.#claim, ...values]);
  }
}

/** Who asks, under which request id. Clients choose these ids, so another's request may have the same. */
export interface Asker {
  requestId: string;
  /** Who the audit log names; null for who is not signed in. */
  actorId: string | null;
  ipAddress: string | null;
}

/** Every change has its audit entry in the same transaction, with the request's id: it is there exactly when the change is. */
async function assertNothingChanged(app: App, id: string, { requestId, actorId, ipAddress }: Asker): Promise<void> {
  const { rows } = await app.db.pool.query<{ action: string; resource_type: string; resource_id: string | null }>(
    `SELECT a.action, a.resource_type, a.resource_id FROM audit_entries a JOIN idempotency_keys k ON k.id = $1
     WHERE a.request_id = $2 AND (a.actor_id = $3::uuid OR ($3::uuid IS NULL AND a.ip_address IS NOT DISTINCT FROM $4)) AND a.created_at > k.claimed_at - interval '1 minute' ORDER BY a.id LIMIT 1`,
    [id, requestId, actorId, ipAddress],
  );
  const found = rows[0];
  if (!found) return;
  throw new AppError(
    'idempotency_answer_lost',
    `The first request with this key succeeded (${found.action}), but its response was lost: check the ${found.resource_type} before you send the request with a new key`,
    {
      field: 'Idempotency-Key',
      constraint: 'answer',
      action: found.action,
      resource: found.resource_type,
      id: found.resource_id,
    },
  );
}

/** Takes the key for this request, or finds the response that it has already. */
export async function take(
  app: App,
  id: string,
  request: string,
  asker: Asker,
): Promise<{ claim: KeyClaim } | { answer: string }> {
  const claim = newId();
  const { requestId } = asker;
  const sealed = app.secrets.seal(request, id);
  const fresh = await app.db.pool.query(
    `INSERT INTO idempotency_keys AS k (id, claim, request_id, request_enc, lease_until, expires_at) VALUES ($1, $2::uuid, $3, $4, now() + ${lease}, now() + interval '24 hours')
     ON CONFLICT (id) DO UPDATE SET claim = excluded.claim, request_id = excluded.request_id, request_enc = excluded.request_enc, answer_enc = NULL,
       claimed_at = now(), lease_until = excluded.lease_until, expires_at = excluded.expires_at
     WHERE k.expires_at < now()`,
    [id, claim, requestId, sealed],
  );
  if (fresh.rowCount === 1) return { claim: new KeyClaim(app, id, claim) };
  const { rows } = await app.db.pool.query<Row>(
    'SELECT claim, request_id, request_enc, answer_enc, lease_until > now() AS under_way FROM idempotency_keys WHERE id = $1',
    [id],
  );
  const known = rows[0];
  const inProgress = new AppError(
    'idempotency_in_progress',
    'The first request with this key is still in progress; try again in a moment',
    { field: 'Idempotency-Key', constraint: 'in_progress' },
  );
  if (!known) throw inProgress;
  if ((await app.secrets.open(known.request_enc, id)) !== request) {
    throw new AppError('idempotency_key_reused', 'This key belongs to another request: use a new key for each change', {
      field: 'Idempotency-Key',
      constraint: 'same_request',
    });
  }
  if (known.answer_enc !== null) return { answer: await app.secrets.open(known.answer_enc, id) };
  if (known.under_way) throw inProgress;
  await assertNothingChanged(app, id, { ...asker, requestId: known.request_id });
  const again = await app.db.pool.query(
    `UPDATE idempotency_keys SET claim = $2::uuid, request_id = $4, claimed_at = now(), lease_until = now() + ${lease} WHERE id = $1 AND claim = $3::uuid`,
    [id, claim, known.claim, requestId],
  );
  if (again.rowCount === 1) return { claim: new KeyClaim(app, id, claim) };
  throw inProgress;
}
