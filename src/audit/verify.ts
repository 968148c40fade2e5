import { createPrivateKey } from 'node:crypto';
import type { Pool } from 'pg';
import { type Chain, ChainCheck } from './chain-check.ts';
import { chainOf, digestOf, installationChain } from './digest.ts';
import { auditKeyOwner, publicOf } from './signing.ts';
import { pageSize, type Verification, type Verified } from './verification.ts';

// Those of organizations whose history was just deleted, or that were just made, have none.
const chainsText = `SELECT coalesce(c.chain, o.id) AS chain, c.seq::text, c.link AS hash,
    o.id IS NOT NULL AND o.status = 'active' AND EXISTS (SELECT FROM audit_positions p JOIN audit_entries e ON e.org_id = o.id AND (e.xid, e.id) <= (p.xid, p.entry_id) WHERE p.reader = 'seals' AND e.mark IS NOT NULL) AS "isExpected"
  FROM audit_chains c FULL JOIN organizations o ON o.id = c.chain WHERE o.id IS NOT NULL OR c.chain = '${installationChain}' ORDER BY 1`;

const unsealedText = `SELECT e.id, ${chainOf('e')} AS chain, ${digestOf('e')} AS digest, e.mark, e.action || ' at ' || e.created_at::text AS what,
    (e.xid, e.id) <= (p.xid, p.entry_id) OR e.xid >= pg_snapshot_xmax(pg_current_snapshot()) AS passed,
    e.xid <= p.trusted_xid OR p.trusted_until > now() AS trusted
  FROM audit_entries e CROSS JOIN audit_positions p LEFT JOIN organizations o ON o.id = e.org_id
  WHERE p.reader = 'seals' AND e.id > $1 AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id) AND (e.org_id IS NULL OR o.status = 'active')
  ORDER BY e.id LIMIT ${pageSize}`;

/** The public keys whose private halves only this installation can have sealed; the others are told. */
async function trustedKeys({ db, secrets, tell }: Verification): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; public: string; private: string }>(
    'SELECT id, public_key AS public, private_key_enc AS private FROM audit_keys',
  );
  const trusted = new Map<string, string>();
  for (const row of rows) {
    const own = await secrets.open(row.private, auditKeyOwner(row.id)).then(
      (pem) => (createPrivateKey(pem).asymmetricKeyType === 'ed25519' ? publicOf(pem) : null),
      () => null,
    );
    if (own === row.public) trusted.set(row.id, row.public);
    else
      tell({
        problem: 'wrong_key',
        chain: installationChain,
        entryId: null,
        message: `The signing key ${row.id} was not made by this installation`,
      });
  }
  return trusted;
}

/** Entries that no chain has: what somebody inserted at the database, or what was written a moment ago. */
async function checkUnsealed({ db, marks, tell }: Verification): Promise<number> {
  let waiting = 0;
  let last = installationChain;
  for (;;) {
    const { rows } = await db.query<{
      id: string;
      chain: string;
      digest: Buffer;
      mark: string | null;
      what: string;
      passed: boolean;
      trusted: boolean;
    }>(unsealedText, [last]);
    for (const { id, chain, digest, mark, what, passed, trusted } of rows) {
      last = id;
      const verdict = marks.check(mark, digest);
      if (!passed && (verdict === 'ours' || (verdict === 'missing' && trusted))) waiting += 1;
      else
        tell({
          problem: 'inserted',
          chain,
          entryId: id,
          message: `Entry ${id} (${what}) is in no chain: it was not written by oCore, or its seal was removed`,
        });
    }
    if (rows.length < pageSize) return waiting;
  }
}

async function verifyIn(verification: Verification): Promise<Verified> {
  const keys = await trustedKeys(verification);
  const { rows } = await verification.db.query<Chain>(chainsText);
  let entries = 0;
  for (const end of rows) {
    const check = new ChainCheck(verification, end.chain);
    await check.run(keys, end);
    entries += check.entries;
  }
  return { chains: rows.filter(({ seq }) => seq !== null).length, entries, waiting: await checkUnsealed(verification) };
}

/** Computes every chain anew from the entries, and tells whatever is not as it was sealed and signed. Changes nothing. */
export async function verifyAuditLog({
  pool,
  ...verification
}: Omit<Verification, 'db'> & { pool: Pool }): Promise<Verified> {
  const db = await pool.connect();
  try {
    await db.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await verifyIn({ db, ...verification });
  } finally {
    // Ends the transaction, too.
    db.release(true);
  }
}
