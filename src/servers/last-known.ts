import type { Tx } from '../database/database.ts';

/** The status of a server whose operation was cancelled before it began: nothing is known anew; the monitor finds out the rest. */
export async function lastKnownStatus(tx: Tx, id: string): Promise<'active' | 'pending'> {
  const { dockerVersion, hostKeyFingerprint, kind } = await tx.server.findUniqueOrThrow({
    where: { id },
    select: { dockerVersion: true, hostKeyFingerprint: true, kind: true },
  });
  return dockerVersion !== null && (kind === 'local' || hostKeyFingerprint !== null) ? 'active' : 'pending';
}
