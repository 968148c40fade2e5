import type { Prisma } from '../database/database.ts';

type Json = Prisma.InputJsonValue;

/** Names of values that nobody may read in a log. Whether a password is set, or when it was, is no secret. */
const secret = /password|passphrase|secret|token|private_?key|credential/i;

/**
 * The state without secrets. Callers record none, and the catalogue has no field for one; this is for the day on which
 * somebody records a whole row.
 */
export function masked(state: Json): Json {
  if (Array.isArray(state)) return state.map((value: Json | null) => (value === null ? null : masked(value)));
  if (typeof state !== 'object') return state;
  return Object.fromEntries(
    Object.entries(state).map(([name, value]: [string, Json | null | undefined]) => {
      if (value === null || value === undefined) return [name, value];
      return [name, typeof value === 'string' && secret.test(name) ? '[masked]' : masked(value)];
    }),
  );
}
