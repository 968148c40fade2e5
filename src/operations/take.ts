import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { lockNumbers } from '../database/lock-numbers.ts';
import { Claim, type Taken } from './claim.ts';
import { groupOf } from './queue.ts';

/** One worker at a time picks, so that lanes are never overfull. */
export async function lockPicking(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${lockNumbers.operationPicking})`;
}

/** What a worker does for each organization: who has nothing here, and had nothing just now, goes first; who has its share must wait. */
export interface Shares {
  busy: readonly string[];
  full: readonly string[];
}

/** The lanes in which operations of these organizations wait. */
async function waitingGroups(tx: Tx, orgIds: readonly string[]): Promise<string[]> {
  if (orgIds.length === 0) return [];
  const rows = await tx.$queryRaw<
    { server_id: string | null; org_id: string }[]
  >`SELECT DISTINCT server_id, org_id FROM operations WHERE status = 'queued' AND org_id = ANY(${orgIds}::uuid[])`;
  return rows.map((row) => groupOf({ serverId: row.server_id, orgId: row.org_id }));
}

/** Takes the next operation that waits, with its job: of an organization that has none here before any other. */
export function takeNext(app: App, shares: Shares): Promise<Claim | undefined> {
  return Claim.by(app, (lease) =>
    app.db.prisma.$transaction(async (tx) => {
      await lockPicking(tx);
      for (const orgIds of shares.busy.length > shares.full.length ? [shares.busy, shares.full] : [shares.full]) {
        const ignoreGroups = await waitingGroups(tx, orgIds);
        for (;;) {
          const id = await app.queue.take(tx, { lane: app.config.SERVER_CONCURRENCY, ignoreGroups });
          if (id === undefined) break;
          const taken = await tx.$queryRaw<Taken[]>`
          UPDATE operations SET attempt = attempt + 1, status = 'running', started_at = coalesce(started_at, clock_timestamp()),
            lease_until = clock_timestamp() + make_interval(secs => ${lease})
          WHERE id = ${id}::uuid AND status = 'queued' RETURNING id, org_id, kind, request_id, attempt, crashes`;
          if (taken.length > 0) return taken;
          // A job without an operation that waits: nothing is lost with it.
          await app.queue.remove(tx, id);
        }
      }
      return [];
    }),
  );
}

/** Operations whose worker gave them back or is gone. */
export function abandoned(app: App, limit: number): Promise<{ id: string; crashes: number }[]> {
  return app.db.prisma.$queryRaw`
    SELECT id, crashes FROM operations WHERE status = 'running' AND lease_until < clock_timestamp() ORDER BY id LIMIT ${limit}`;
}

/**
 * Takes over an operation whose lease has ended; its job stays what it is. A row that is locked is left for the next look:
 * a worker that stopped in the middle of a transaction holds it until PostgreSQL ends that.
 */
export function takeOver(app: App, id: string): Promise<Claim | undefined> {
  return Claim.by(
    app,
    (lease) => app.db.prisma.$queryRaw<Taken[]>`
    WITH free AS (
      SELECT id FROM operations WHERE id = ${id}::uuid AND status = 'running' AND lease_until < clock_timestamp()
      FOR UPDATE SKIP LOCKED)
    UPDATE operations o SET attempt = attempt + 1, crashes = crashes + CASE WHEN lease_until = to_timestamp(0) THEN 0 ELSE 1 END,
      lease_until = clock_timestamp() + make_interval(secs => ${lease})
    FROM free WHERE o.id = free.id RETURNING o.id, o.org_id, o.kind, o.request_id, o.attempt, o.crashes`,
  );
}
