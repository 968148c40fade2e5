import type { Tx } from '../database/database.ts';
import { found } from '../errors.ts';

/** The status of a server whose operation was cancelled before it began: nothing is known anew; the monitor finds out the rest. */
export async function lastKnownStatus(tx: Tx, id: string): Promise<'active' | 'pending' | 'unreachable'> {
  const row = await tx.server.findUnique({
    where: { id },
    select: { dockerVersion: true, hostKeyFingerprint: true, kind: true, needsValidation: true },
  });
  const { dockerVersion, hostKeyFingerprint, kind, needsValidation } = found(row, 'server', id);
  if (dockerVersion === null || (kind !== 'local' && hostKeyFingerprint === null)) return 'pending';
  return needsValidation ? 'unreachable' : 'active';
}
