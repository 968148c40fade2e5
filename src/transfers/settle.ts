import type { Transfer } from '../../prisma/generated/client/client.ts';
import { recordFact } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import type { EndContext, OperationError, Outcome } from '../operations/outcome.ts';
import { transferResource } from './resource.ts';
import { factAbout } from './rows.ts';

type Ended = 'transfer.exported' | 'transfer.receiving' | 'transfer.removed';

/** Brings the row of a transfer to `done`, or to `otherwise` with the reason. */
export async function settleTransfer(
  tx: Tx,
  { operation, scope }: Pick<EndContext<unknown>, 'operation' | 'scope'>,
  outcome: Outcome,
  error: OperationError | null,
  { action, done }: { action: Ended; done: Partial<Transfer> },
): Promise<void> {
  const succeeded = outcome === 'succeeded';
  const transfer = await tx.transfer.update({
    where: { id: operation.resourceId },
    data: succeeded ? { ...done, statusMessage: null } : { status: 'failed', statusMessage: error?.message ?? null },
  });
  await recordFact(tx, scope, {
    ...factAbout(transfer),
    resource: transferResource,
    action: succeeded ? action : 'transfer.failed',
    after: { status: transfer.status, reason: error?.code ?? null },
  });
}
