import { Prisma, type Tx } from '../database/database.ts';
import { installationChain } from './digest.ts';

/** Where a reader of all entries stands: after this entry of this transaction. */
export interface Position {
  xid: string;
  id: string;
}

/** SQL: entries after the position that are settled, in the order of src/events/read.ts. */
export const after = (row: string, { xid, id }: Position): Prisma.Sql =>
  Prisma.sql`(${Prisma.raw(row)}.xid, ${Prisma.raw(row)}.id) > (${xid}::xid8, ${id}::uuid) AND ${Prisma.raw(row)}.xid < pg_snapshot_xmin(pg_current_snapshot())`;

/** SQL: the position of a reader (`p`), if a settled entry comes after it. */
export const behind = `audit_positions p JOIN LATERAL (SELECT FROM audit_entries e WHERE (e.xid, e.id) > (p.xid, p.entry_id)
  AND e.xid < pg_snapshot_xmin(pg_current_snapshot()) LIMIT 1) waiting ON true`;

/**
 * In a database that was restored on another server, transactions are numbered anew: what has a number of the future
 * would never settle. All readers then begin anew: what is sealed stays so, and receivers are told once more.
 */
export async function renumber(tx: Tx): Promise<void> {
  const renumbered = await tx.$executeRaw`
    UPDATE audit_entries SET xid = '3' WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())`;
  const [ahead] = await tx.$queryRaw<{ ahead: boolean }[]>`
    SELECT EXISTS (SELECT FROM audit_positions WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())) AS ahead`;
  if (renumbered === 0 && !ahead?.ahead) return;
  await tx.$executeRaw`
    UPDATE audit_positions SET xid = '0', entry_id = ${installationChain}::uuid, trusted_xid = '0', trusted_until = now()`;
}
