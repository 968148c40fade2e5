import type { App } from '../app.ts';
import { Prisma } from '../database/database.ts';
import { beginning, chainOf, digestOf, linkOf } from './digest.ts';
import type { MarkVerdict } from './marks.ts';
import { after, behind, type Position } from './position.ts';

const batch = 500;

interface Entry extends Position {
  chain: string;
  digest: Uint8Array;
  mark: string | null;
  /** Written before there were marks. */
  trusted: boolean;
  /** Old enough that no process with another key is still starting. */
  old: boolean;
  sealed: boolean;
  /** Of an organization that was deleted: it is swept. */
  gone: boolean;
}

/** The entries after a position, with what tells whether the program wrote them. */
const entriesAfter = (position: Position & { trustedXid: string; trusting: boolean }): Prisma.Sql => Prisma.sql`
  SELECT e.id, e.xid::text, ${Prisma.raw(chainOf('e'))} AS chain, ${Prisma.raw(digestOf('e'))} AS digest, e.mark,
    ${position.trusting} OR e.xid <= ${position.trustedXid}::xid8 AS trusted, e.created_at < now() - interval '1 hour' AS old,
    s.entry_id IS NOT NULL AS sealed, e.org_id IS NOT NULL AND o.id IS NULL AS gone
  FROM audit_entries e LEFT JOIN audit_seals s ON s.entry_id = e.id LEFT JOIN organizations o ON o.id = e.org_id
  WHERE ${after('e', position)} ORDER BY e.xid, e.id LIMIT ${batch}`;

/** Whether an entry is accepted into its chain: one that somebody inserted at the database never is. */
function accepts({ mark, digest, trusted }: Entry, verdict: MarkVerdict): boolean {
  return verdict === 'ours' || (mark === null && trusted && digest.length > 0);
}

/** Whether there is something to seal: asked every second, and for nothing. */
export async function isWaiting({ db }: Pick<App, 'db'>): Promise<boolean> {
  const { rowCount } = await db.pool.query({
    name: 'entries to seal',
    text: `SELECT FROM ${behind} WHERE p.reader = 'seals'`,
  });
  return rowCount === 1;
}

/**
 * Links the next settled entries into their chains. Who writes an entry waits for no other: the order is found here,
 * afterwards. Returns whether there may be more.
 */
export function sealSome({ db, marks, log }: Pick<App, 'db' | 'marks' | 'log'>): Promise<boolean> {
  return db.prisma.$transaction(async (tx) => {
    const [position] = await tx.$queryRaw<(Position & { trustedXid: string; trusting: boolean })[]>`
      SELECT xid::text, entry_id AS id, trusted_xid::text AS "trustedXid", trusted_until > now() AS trusting
      FROM audit_positions WHERE reader = 'seals' FOR UPDATE SKIP LOCKED`;
    if (!position) return false;
    const found = await tx.$queryRaw<Entry[]>(entriesAfter(position));
    const judged = found.map((entry) => ({ entry, verdict: marks.check(entry.mark, Buffer.from(entry.digest)) }));
    // A process that was started with the next key may be ahead of this one, which is then started anew, too.
    const stop = judged.findIndex(({ entry, verdict }) => verdict === 'unknown' && !entry.old && !entry.sealed);
    const passed = stop < 0 ? judged : judged.slice(0, stop);
    const last = passed.at(-1)?.entry;
    if (!last) return false;
    const open = passed.filter(({ entry }) => !entry.sealed && !entry.gone);
    const refused = open.filter(({ entry, verdict }) => !accepts(entry, verdict)).map(({ entry }) => entry.id);
    if (refused.length > 0)
      log.error(
        { auditEntries: refused.slice(0, 3), count: refused.length },
        'Audit entries that oCore did not write are not sealed',
      );
    const entries = open.filter(({ entry, verdict }) => accepts(entry, verdict)).map(({ entry }) => entry);
    const chains = [...new Set(entries.map(({ chain }) => chain))];
    const ends = new Map<string, { seq: bigint; hash: Buffer }>(
      (await tx.auditChain.findMany({ where: { chain: { in: chains } } })).map(({ chain, seq, hash }) => [
        chain,
        { seq, hash: Buffer.from(hash) },
      ]),
    );
    const links = entries.map(({ id, chain, digest }) => {
      const before = ends.get(chain) ?? { seq: 0n, hash: beginning };
      const seq = before.seq + 1n;
      const hash = linkOf(before.hash, chain, seq, Buffer.from(digest));
      ends.set(chain, { seq, hash });
      return { chain, seq, entryId: id, hash };
    });
    await tx.auditSeal.createMany({ data: links.map((link) => ({ ...link, hash: Uint8Array.from(link.hash) })) });
    for (const [chain, { seq, hash }] of ends)
      await tx.auditChain.upsert({
        where: { chain },
        create: { chain, seq, hash: Uint8Array.from(hash) },
        update: { seq, hash: Uint8Array.from(hash) },
      });
    await tx.$executeRaw`UPDATE audit_positions SET xid = ${last.xid}::xid8, entry_id = ${last.id}::uuid WHERE reader = 'seals'`;
    return found.length === batch && stop < 0;
  });
}
