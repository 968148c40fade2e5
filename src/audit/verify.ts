import { createPrivateKey } from 'node:crypto';
import type { Pool } from 'pg';
import type { SecretBox } from '../secrets/box.ts';
import { beginning, chainOf, digestOf, installationChain, linkOf } from './digest.ts';
import type { Marks } from './marks.ts';
import { type AnchorClaim, auditKeyOwner, isSigned, publicOf } from './signing.ts';

export type Problem =
  | 'altered'
  | 'removed'
  | 'inserted'
  | 'seal_removed'
  | 'end_removed'
  | 'rewritten'
  | 'wrong_anchor'
  | 'wrong_key';

/** Something that is not as oCore left it. */
export interface Finding {
  problem: Problem;
  chain: string;
  entryId: string | null;
  message: string;
}

export interface Verified {
  chains: number;
  entries: number;
  /** Written in the last moments, not sealed yet. */
  waiting: number;
}

/** An anchor, whether of this database or one that was kept elsewhere. */
export interface SignedAnchor extends AnchorClaim {
  keyId: string;
  signature: string;
}

export interface Verification {
  pool: Pool;
  secrets: SecretBox;
  marks: Marks;
  /** Anchors that were kept outside of the database. */
  kept: readonly SignedAnchor[];
  tell(finding: Finding): void;
}

const page = 1000;

interface Chain {
  chain: string;
  seq: string | null;
  hash: Buffer | null;
  isExpected: boolean;
}

interface Seal {
  seq: string;
  entryId: string;
  hash: Buffer;
  digest: Buffer | null;
  what: string | null;
}

const sealsText = `SELECT s.seq::text, s.entry_id AS "entryId", s.link AS hash, CASE WHEN e.id IS NOT NULL THEN ${digestOf('e')} END AS digest,
    e.action || ' at ' || e.created_at::text AS what
  FROM audit_seals s LEFT JOIN audit_entries e ON e.id = s.entry_id WHERE s.chain = $1 AND s.seq > $2 ORDER BY s.seq LIMIT ${page}`;

// Those of organizations whose history was just deleted, or that were just made, have none.
const chainsText = `SELECT coalesce(c.chain, o.id) AS chain, c.seq::text, c.link AS hash,
    o.id IS NOT NULL AND o.status = 'active' AND EXISTS (SELECT FROM audit_positions p JOIN audit_entries e ON e.org_id = o.id AND (e.xid, e.id) <= (p.xid, p.entry_id) WHERE p.reader = 'seals' AND e.mark IS NOT NULL) AS "isExpected"
  FROM audit_chains c FULL JOIN organizations o ON o.id = c.chain WHERE o.id IS NOT NULL OR c.chain = '${installationChain}' ORDER BY 1`;

const unsealedText = `SELECT e.id, ${chainOf('e')} AS chain, ${digestOf('e')} AS digest, e.mark, e.action || ' at ' || e.created_at::text AS what,
    (e.xid, e.id) <= (p.xid, p.entry_id) OR e.xid >= pg_snapshot_xmax(pg_current_snapshot()) AS passed,
    e.xid <= p.trusted_xid OR p.trusted_until > now() AS trusted
  FROM audit_entries e CROSS JOIN audit_positions p LEFT JOIN organizations o ON o.id = e.org_id
  WHERE p.reader = 'seals' AND e.id > $1 AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id) AND (e.org_id IS NULL OR o.status = 'active')
  ORDER BY e.id LIMIT ${page}`;

/** The public keys whose private halves only this installation can have sealed; the others are told. */
async function trustedKeys({ pool, secrets, tell }: Verification): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; public: string; private: string }>(
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

class ChainCheck {
  readonly #verification: Verification;
  readonly #chain: string;
  readonly #anchors = new Map<bigint, SignedAnchor[]>();
  #good = 0n;
  entries = 0;

  constructor(verification: Verification, chain: string) {
    this.#verification = verification;
    this.#chain = chain;
  }

  #tell(problem: Problem, message: string, entryId: string | null = null): void {
    this.#verification.tell({ problem, chain: this.#chain, entryId, message });
  }

  async #signedAnchors(keys: ReadonlyMap<string, string>): Promise<SignedAnchor[]> {
    const { rows } = await this.#verification.pool.query<Omit<SignedAnchor, 'seq'> & { seq: string }>(
      `SELECT coalesce(org_id, '${installationChain}') AS chain, kind, seq::text, link AS hash, created_at AS "createdAt", key_id AS "keyId", signature
       FROM audit_anchors WHERE coalesce(org_id, '${installationChain}') = $1 ORDER BY seq, id`,
      [this.#chain],
    );
    const own = rows.map((row) => ({ ...row, seq: BigInt(row.seq) }));
    const kept = this.#verification.kept.filter(({ chain }) => chain === this.#chain);
    return [...own, ...kept].filter((anchor) => {
      const key = keys.get(anchor.keyId);
      if (key !== undefined && isSigned(key, anchor, anchor.signature)) return true;
      this.#tell(
        'wrong_anchor',
        `The anchor at ${anchor.seq} of ${anchor.createdAt.toISOString()} has no valid signature`,
      );
      return false;
    });
  }

  /** The anchors of this link must be of this hash. */
  #compare(seq: bigint, hash: Buffer): void {
    const anchors = this.#anchors.get(seq) ?? [];
    this.#anchors.delete(seq);
    if (anchors.every((anchor) => hash.equals(anchor.hash))) {
      if (anchors.length > 0) this.#good = seq;
    } else
      this.#tell(
        'rewritten',
        `The chain is another one than was signed: of entries ${this.#good + 1n} to ${seq}, some were altered, removed or inserted, and sealed anew`,
      );
  }

  #checkSeal({ entryId, hash, digest, what }: Seal, seq: bigint, before: Buffer): void {
    if (!digest) this.#tell('removed', `Entry ${entryId}, number ${seq} of its chain, was removed`, entryId);
    else if (!linkOf(before, this.#chain, seq, digest).equals(hash))
      this.#tell('altered', `Entry ${entryId} (${what}), number ${seq} of its chain, was altered`, entryId);
  }

  async run(keys: ReadonlyMap<string, string>, end: Chain): Promise<void> {
    const anchors = await this.#signedAnchors(keys);
    const cuts = anchors.filter(({ kind }) => kind === 'cut').sort((one, other) => Number(one.seq - other.seq));
    const cut = cuts.at(-1);
    let seq = cut?.seq ?? 0n;
    let hash: Buffer = cut ? Buffer.from(cut.hash) : beginning;
    this.#good = seq;
    for (const anchor of anchors)
      if (anchor.seq > seq) this.#anchors.set(anchor.seq, [...(this.#anchors.get(anchor.seq) ?? []), anchor]);
    let previous = 'the beginning';
    for (;;) {
      const { rows } = await this.#verification.pool.query<Seal>(sealsText, [this.#chain, String(seq)]);
      for (const row of rows) {
        const at = BigInt(row.seq);
        // Behind a gap nothing says what came before: the links are compared from there on.
        if (at === seq + 1n) this.#checkSeal(row, at, hash);
        else {
          const missing = at === seq + 2n ? `${seq + 1n}` : `${seq + 1n} to ${at - 1n}`;
          this.#tell(
            'seal_removed',
            `The entries ${missing} of the chain were removed, or their seals: what stood between ${previous} and entry ${row.entryId}`,
          );
          if (!row.digest) this.#checkSeal(row, at, hash);
        }
        this.#compare(at, row.hash);
        seq = at;
        hash = row.hash;
        previous = `entry ${row.entryId}`;
        this.entries += 1;
      }
      if (rows.length < page) break;
    }
    this.#checkEnd(seq, hash, end);
  }

  #checkEnd(seq: bigint, hash: Buffer, end: Chain): void {
    const signed = [...this.#anchors.keys()].reduce((most, at) => (at > most ? at : most), 0n);
    const noted = end.seq === null ? 0n : BigInt(end.seq);
    const last = signed > noted ? signed : noted;
    if (last > seq) this.#tell('end_removed', `The end of the chain was removed: entries ${seq + 1n} to ${last}`);
    else if (noted < seq || (end.hash && !hash.equals(end.hash)))
      this.#tell(
        'rewritten',
        `The chain ends with number ${seq}, but was noted to end with ${noted}: seals were altered or added`,
      );
    if (seq === 0n && last === 0n && end.isExpected) this.#tell('end_removed', 'The whole chain was removed');
  }
}

/** Entries that no chain has: what somebody inserted at the database, or what was written a moment ago. */
async function checkUnsealed({ pool, marks, tell }: Verification): Promise<number> {
  let waiting = 0;
  let last = installationChain;
  for (;;) {
    const { rows } = await pool.query<{
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
    if (rows.length < page) return waiting;
  }
}

/** Computes every chain anew from the entries, and tells whatever is not as it was sealed and signed. Changes nothing. */
export async function verifyAuditLog(verification: Verification): Promise<Verified> {
  const keys = await trustedKeys(verification);
  const { rows } = await verification.pool.query<Chain>(chainsText);
  let entries = 0;
  for (const end of rows) {
    const check = new ChainCheck(verification, end.chain);
    await check.run(keys, end);
    entries += check.entries;
  }
  return { chains: rows.filter(({ seq }) => seq !== null).length, entries, waiting: await checkUnsealed(verification) };
}
