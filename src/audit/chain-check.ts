import { beginning, digestOf, installationChain, linkOf } from './digest.ts';
import { isSigned } from './signing.ts';
import { pageSize, type Problem, type SignedAnchor, type Verification } from './verification.ts';

/** The end of a chain as the database has it. */
export interface Chain {
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
  FROM audit_seals s LEFT JOIN audit_entries e ON e.id = s.entry_id WHERE s.chain = $1 AND s.seq > $2 ORDER BY s.seq LIMIT ${pageSize}`;

/** Computes one chain anew, from its last cut on. */
export class ChainCheck {
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
    const { rows } = await this.#verification.db.query<Omit<SignedAnchor, 'seq'> & { seq: string }>(
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
      const { rows } = await this.#verification.db.query<Seal>(sealsText, [this.#chain, String(seq)]);
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
      if (rows.length < pageSize) break;
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
