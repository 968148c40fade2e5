import type { Deployment } from '../../prisma/generated/client/client.ts';
import type { Mutation } from '../audit/mutation.ts';
import { found } from '../errors.ts';
import { factAbout, shown } from './rows.ts';

const actions = { cancelled: 'deployment.cancelled', failed: 'deployment.failed' } as const;

interface Ended {
  status: keyof typeof actions;
  errorCode?: string;
  statusMessage?: string;
}

/** Ends a deployment that waits for its instance, named by itself or by the instance; null where none waits. */
export async function endWaiting(
  { tx, record }: Mutation,
  which: { orgId: string; id: string } | { orgId: string; instanceId: string },
  ended: Ended,
): Promise<Deployment | null> {
  const waits = { ...which, status: 'queued' as const, operationId: null };
  const known = await tx.deployment.findFirst({ where: waits, select: { id: true } });
  if (!known) return null;
  const { id } = known;
  // A worker may have begun it since.
  const { count } = await tx.deployment.updateMany({
    where: { ...waits, id },
    data: { ...ended, completedAt: new Date(), downtimeMs: 0 },
  });
  if (count === 0) return null;
  const row = found(await tx.deployment.findUnique({ where: { id } }), 'deployment', id);
  await record({
    action: actions[ended.status],
    ...factAbout(row),
    after: { ...shown(row), status: row.status, reason: row.errorCode, downtimeMs: 0 },
  });
  return row;
}
