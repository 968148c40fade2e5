import type { AuditAnchor } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { newId } from '../ids.ts';
import { installationChain } from './digest.ts';
import { type AnchorClaim, signatureOf, signingKey } from './signing.ts';

type Keeping = Pick<App, 'db' | 'secrets' | 'log'>;
const batch = 500;

/** Holds what seals and anchors are made under, until the transaction ends. */
export async function holdSealing(tx: Tx): Promise<void> {
  await tx.$queryRaw`SELECT FROM audit_positions WHERE reader = 'seals' FOR UPDATE`;
}

/** Writes a signed anchor; the caller holds the sealing. */
export async function writeAnchor(tx: Tx, secrets: App['secrets'], claim: AnchorClaim): Promise<AuditAnchor> {
  const { chain, ...rest } = claim;
  const key = await signingKey(tx, secrets);
  return tx.auditAnchor.create({
    data: {
      id: newId(),
      orgId: chain === installationChain ? null : chain,
      ...rest,
      hash: Uint8Array.from(claim.hash),
      keyId: key.id,
      signature: signatureOf(key, claim),
    },
  });
}

interface End {
  chain: string;
  seq: bigint;
  hash: Uint8Array;
}

/**
 * Signs the ends of chains: of new ones at once, of those that grew once a day, or, `now`, of all that grew. Each is also
 * a line of the log: whoever keeps the log elsewhere can tell when the end of a chain was cut off.
 */
export async function anchorChains({ db, secrets, log }: Keeping, when: 'daily' | 'now'): Promise<number> {
  let made = 0;
  for (;;) {
    const anchors = await db.prisma.$transaction(async (tx) => {
      await holdSealing(tx);
      const ends = await tx.$queryRaw<End[]>`
        SELECT c.chain, c.seq, c.link AS hash FROM audit_chains c LEFT JOIN organizations o ON o.id = c.chain
        WHERE c.seq > c.anchored_seq AND (o.id IS NOT NULL OR c.chain = ${installationChain}::uuid)
          AND (${when === 'now'} OR c.anchored_at IS NULL OR (c.anchored_at AT TIME ZONE 'UTC')::date < (now() AT TIME ZONE 'UTC')::date)
        LIMIT ${batch}`;
      const written: AuditAnchor[] = [];
      for (const end of ends) {
        const createdAt = new Date();
        written.push(await writeAnchor(tx, secrets, { ...end, kind: 'daily', createdAt }));
        await tx.auditChain.update({
          where: { chain: end.chain },
          data: { anchoredSeq: end.seq, anchoredAt: createdAt },
        });
      }
      return written;
    });
    for (const { orgId, seq, hash, signature, createdAt } of anchors)
      log.info(
        {
          chain: orgId ?? installationChain,
          seq: String(seq),
          hash: Buffer.from(hash).toString('hex'),
          signature,
          at: createdAt,
        },
        'The end of the audit log was signed',
      );
    made += anchors.length;
    if (anchors.length < batch) return made;
  }
}

/** An anchor as the API and the command show it: all that is needed to check it. */
export interface ToldAnchor {
  id: string;
  chain: string;
  kind: string;
  seq: string;
  hash: string;
  keyId: string;
  publicKey: string;
  signature: string;
  createdAt: Date;
}

export async function toldAnchors(db: App['db'], anchors: AuditAnchor[]): Promise<ToldAnchor[]> {
  const keys = new Map((await db.prisma.auditKey.findMany()).map(({ id, publicKey }) => [id, publicKey]));
  return anchors.map(({ orgId, seq, hash, keyId, ...rest }) => ({
    ...rest,
    keyId,
    chain: orgId ?? installationChain,
    seq: String(seq),
    hash: Buffer.from(hash).toString('hex'),
    publicKey: keys.get(keyId) ?? '',
  }));
}

/** The anchors of the organization's chain, newest first. */
export async function listAnchors(app: App, scope: OrgScope): Promise<ToldAnchor[]> {
  const { orgId } = scope;
  return toldAnchors(
    app.db,
    await scope.db.auditAnchor.findMany({ where: { orgId }, orderBy: { id: 'desc' }, take: 1000 }),
  );
}
