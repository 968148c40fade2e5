import type { Tx } from '../database/database.ts';
import { found } from '../errors.ts';

/** The status of a server whose operation was cancelled before it began: nothing is known anew; the monitor finds out the rest. */
export async function lastKnownStatus(tx: Tx, id: string): Promise<'active' | 'pending'> {
  const row = await tx.server.findUnique({
    where: { id },
    select: { dockerVersion: true, hostKeyFingerprint: true, kind: true },
  });
  const { dockerVersion, hostKeyFingerprint, kind } = found(row, 'server', id);
  return dockerVersion !== null && (kind === 'local' || hostKeyFingerprint !== null) ? 'active' : 'pending';
}
