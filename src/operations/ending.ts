import { isDatabaseDown } from '../database/database.ts';
import type { Attempt } from './attempt.ts';
import { FencedError } from './claim.ts';
import { AttemptConnection } from './connection.ts';
import { cancelled, describeError } from './describe-error.ts';
import type { OperationError, Outcome } from './outcome.ts';
import { awayMs, retrying } from './retrying.ts';
import { settleOperation } from './settle.ts';

/** How many workers in a row a step may take with it. */
export const maxCrashes = 5;
/** How long the clean-up may take. */
const cleanupMs = 420_000;

/** Ends an operation that failed or was cancelled. */
export async function end(
  attempt: Attempt,
  error: OperationError,
  how: 'with clean-up' | 'without clean-up',
): Promise<void> {
  const outcome = error.code === cancelled.code ? 'cancelled' : 'failed';
  if (how === 'with clean-up') await cleanUp(attempt, outcome);
  else
    attempt.claim.log.add(
      'cleanup',
      'error',
      'The clean-up was abandoned because it stopped every worker. Retrying the operation or deleting the resource removes what is left.',
    );
  await settle(attempt, outcome, error);
}

/** A cancel does not stop the cleaning up after it, but a server that does not answer does: an operation always ends. */
async function cleanUp(attempt: Attempt, outcome: 'failed' | 'cancelled'): Promise<void> {
  const { app, claim, kind, hold } = attempt;
  const signal = AbortSignal.any([hold.signal, AbortSignal.timeout(cleanupMs)]);
  const connection = new AttemptConnection(app, claim, signal, attempt.lost);
  const context = attempt.context('cleanup', connection, signal, () => {});
  try {
    await retrying({ windowMs: awayMs.cleanup, signal, say: (text) => context.log('warning', text) }, () =>
      kind.cleanup(context, outcome),
    );
  } catch (failure) {
    if (failure instanceof FencedError || isDatabaseDown(failure)) throw failure;
    if (hold.signal.aborted) throw new FencedError();
    claim.logger.warn({ err: failure }, 'The clean-up failed');
    context.log(
      'error',
      `The clean-up did not finish: ${signal.aborted ? 'it took too long' : describeError(failure).message}. Retrying the operation or deleting the resource removes what is left.`,
    );
  } finally {
    await connection.close();
  }
}

export async function settle(
  { app, claim, row: { id }, scope }: Attempt,
  outcome: Outcome,
  error: OperationError | null,
): Promise<void> {
  await claim.log.flush();
  const write = (withoutKind: boolean) =>
    claim.write((tx) =>
      settleOperation(app, tx, scope, id, { outcome, error, ...(withoutKind ? { withoutKind } : {}) }),
    );
  await write(false).catch(async (failure: unknown) => {
    if (failure instanceof FencedError || isDatabaseDown(failure) || claim.crashes < maxCrashes) throw failure;
    claim.logger.error({ err: failure }, 'An operation ends without updating the status of its resource');
    await write(true);
  });
  claim.logger.info({ outcome, reason: error?.code ?? null }, 'An operation ended');
}
