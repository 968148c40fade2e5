import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../app.ts';
import { isDatabaseDown } from '../database/database.ts';
import { found } from '../errors.ts';
import { Attempt } from './attempt.ts';
import { type Claim, FencedError } from './claim.ts';
import type { KindRegistry } from './registry.ts';
import { Run } from './run.ts';

/** Gives the claim back, also when the database is away for a moment. */
async function giveBack(claim: Claim, crashed: boolean): Promise<void> {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    if (
      await claim.giveBack(crashed).then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(1000);
  }
}

/** Runs an operation from its first unfinished step; never rejects. What it cannot end it gives back. */
export async function runClaim(app: App, kinds: KindRegistry, claim: Claim, shutdown: AbortSignal): Promise<void> {
  try {
    const row = found(await app.db.prisma.operation.findUnique({ where: { id: claim.id } }), 'operation', claim.id);
    const kind = kinds.get(row.kind);
    if (!kind) {
      // A newer version enqueued it; one of its workers knows it.
      claim.logger.error('This worker does not know the kind of the operation');
      return await giveBack(claim, false);
    }
    await new Run(new Attempt(app, claim, kind, row), shutdown).run();
  } catch (error) {
    const quiet = error instanceof FencedError;
    if (!quiet) claim.logger.error({ err: error }, 'An operation was interrupted; a worker takes it over');
    await giveBack(claim, !quiet && !isDatabaseDown(error));
  }
}
