import type { App } from '../../app.ts';
import { after, type Position } from '../position.ts';
import { Prisma } from '../../database/database.ts';

/** How many entries go out together. */
export const batchSize = 200;

/** An entry as receivers get it, in the words of the list and the export. */
export type ForwardedEntry = Readonly<Record<string, unknown>> & { id: string; action: string; createdAt: string };

export interface Batch {
  entries: ForwardedEntry[];
  /** After the last of them. */
  position: Position;
}

interface Row extends Position {
  entry: ForwardedEntry;
}

/** The entries after a position, in the order in which they were committed. */
export async function entriesAfter({ db }: Pick<App, 'db'>, position: Position): Promise<Batch> {
  const rows = await db.prisma.$queryRaw<Row[]>(Prisma.sql`
    SELECT e.xid::text, e.id, jsonb_build_object('id', e.id, 'createdAt', to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'orgId', e.org_id, 'action', e.action, 'resourceType', e.resource_type, 'resourceId', e.resource_id, 'resourceName', e.resource_name,
      'actorType', e.actor_type, 'userId', e.actor_id, 'userName', e.actor_name, 'administratorId', e.administrator_id,
      'administratorName', e.administrator_name, 'ipAddress', e.ip_address, 'userAgent', e.user_agent, 'requestId', e.request_id,
      'beforeState', e.before_state, 'afterState', e.after_state) AS entry
    FROM audit_entries e WHERE ${after('e', position)} ORDER BY e.xid, e.id LIMIT ${batchSize}`);
  const last = rows.at(-1);
  return {
    entries: rows.map(({ entry }) => entry),
    position: last ? { xid: last.xid, id: last.id } : position,
  };
}
