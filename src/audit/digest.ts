import { createHash } from 'node:crypto';

/** The chain of what belongs to no organization: accounts and the installation. */
export const installationChain = '00000000-0000-0000-0000-000000000000';

/** SQL: the chain of an entry. */
export const chainOf = (row: string): string => `coalesce(${row}.org_id, '${installationChain}'::uuid)`;

/**
 * SQL: the SHA-256 of all that an entry says, as text that PostgreSQL always writes in one way. What is null is left out,
 * so that a column that comes later changes no earlier digest. The trigger `audit_entry_mark` has the same expression.
 */
export const digestOf = (row: string): string =>
  `sha256(convert_to(jsonb_strip_nulls(to_jsonb(${row}) - 'xid' - 'mark' || jsonb_build_object(
    'before_state', ${row}.before_state::text, 'after_state', ${row}.after_state::text,
    'created_at', to_char(${row}.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::text, 'UTF8'))`;

/** What the first link of a chain follows. */
export const beginning = Buffer.alloc(32);

/** A link: the hash of the one before it, its place, and what its entry says. */
export function linkOf(before: Buffer, chain: string, seq: bigint, digest: Buffer): Buffer {
  return createHash('sha256').update(before).update(`${chain}:${seq}:`).update(digest).digest();
}
