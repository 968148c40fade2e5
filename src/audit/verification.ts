import type { ClientBase } from 'pg';
import type { SecretBox } from '../secrets/box.ts';
import type { Marks } from './marks.ts';
import type { AnchorClaim } from './signing.ts';

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
  /** In a transaction that sees one state of the database: what is sealed meanwhile is not half there. */
  db: ClientBase;
  secrets: SecretBox;
  marks: Marks;
  /** Anchors that were kept outside of the database. */
  kept: readonly SignedAnchor[];
  tell(finding: Finding): void;
}

/** How many rows are read at once. */
export const pageSize = 1000;
