import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { holdSealing, writeAnchor } from './anchors.ts';

const batch = 5000;

/**
 * Signs where the chain of an organization begins from now on: at its newest anchor from before the time, so that
 * everything up to it is older. Only what such a cut covers can be deleted: the database refuses the rest.
 */
async function signCut({ db, secrets }: App, chain: string, oldest: Date): Promise<void> {
  const old = { orgId: chain, kind: 'daily', createdAt: { lt: oldest } };
  if ((await db.prisma.auditAnchor.findFirst({ where: old })) === null) return;
  await db.prisma.$transaction(async (tx) => {
    await holdSealing(tx);
    const found = await tx.auditChain.findUnique({ where: { chain } });
    const anchor = await tx.auditAnchor.findFirst({
      where: { ...old, seq: { gt: found?.cutSeq ?? 0n } },
      orderBy: { seq: 'desc' },
    });
    if (!anchor) return;
    const { seq, hash } = anchor;
    const cut = await writeAnchor(tx, secrets, { chain, kind: 'cut', seq, hash, createdAt: new Date() });
    await tx.auditAnchor.deleteMany({ where: { orgId: chain, seq: { lte: seq }, id: { not: cut.id } } });
    await tx.auditChain.update({ where: { chain }, data: { cutSeq: seq } });
  });
}

/** Entries first: what allows to delete them is found by their seals. */
async function deleteSome(tx: Tx, chain: string): Promise<number> {
  await tx.$executeRaw`
    DELETE FROM audit_entries WHERE id IN (
      SELECT s.entry_id FROM audit_seals s JOIN audit_chains c ON c.chain = s.chain
      WHERE s.chain = ${chain}::uuid AND s.seq <= c.cut_seq ORDER BY s.seq LIMIT ${batch})`;
  return tx.$executeRaw`
    DELETE FROM audit_seals s USING audit_chains c WHERE c.chain = s.chain AND s.chain = ${chain}::uuid AND s.seq <= c.cut_seq
      AND NOT EXISTS (SELECT FROM audit_entries e WHERE e.id = s.entry_id)`;
}

/** Deletes the entries of an organization that are older than the time, up to an anchor: some may stay a day longer. */
export async function cutChain(app: App, chain: string, oldest: Date, signal: AbortSignal): Promise<void> {
  await signCut(app, chain, oldest);
  while ((await app.db.prisma.$transaction((tx) => deleteSome(tx, chain))) > 0) signal.throwIfAborted();
}

/** Deletes what the chains of these organizations, which go or are gone, consist of. Their entries went before. */
export async function dropChains(tx: Tx, chains: readonly string[]): Promise<void> {
  await holdSealing(tx);
  await tx.$executeRaw`DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM audit_seals WHERE chain = ANY(${chains}::uuid[]))`;
  await tx.$executeRaw`DELETE FROM audit_seals WHERE chain = ANY(${chains}::uuid[])`;
  await tx.$executeRaw`DELETE FROM audit_anchors WHERE org_id = ANY(${chains}::uuid[])`;
  await tx.$executeRaw`DELETE FROM audit_chains WHERE chain = ANY(${chains}::uuid[])`;
}
