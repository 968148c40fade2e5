import { setTimeout as sleep } from 'node:timers/promises';
import { StepError, type StepContext } from '../operations/kind.ts';
import { liveOperation } from '../operations/live.ts';
import type { Repository } from './repository.ts';

type Context = Pick<StepContext<unknown>, 'operation' | 'signal' | 'write' | 'log'>;

const waitMs = 1000;
/** How long it waits for others: a restore of many gigabytes takes its time. */
const longestWaitMs = 2 * 3600_000;

/**
 * Runs the work while the operation holds the repository by our own records: alone, or with others that do not delete. They
 * end with their operation, whatever became of its worker; restic's own locks are the second wall.
 */
export async function withRepository<T>(
  context: Context,
  repository: Repository,
  exclusive: boolean,
  work: () => Promise<T>,
): Promise<T> {
  const end = performance.now() + longestWaitMs;
  for (let said = false; !(await take(context, repository, exclusive)); said = true) {
    if (!said) context.log('info', 'Waiting for another operation that uses the repository');
    if (performance.now() > end)
      throw new StepError(
        'repository_locked',
        'Another operation has used the repository for two hours',
        'Wait for its end or cancel it, then try again.',
      );
    await sleep(waitMs, undefined, { signal: context.signal });
  }
  try {
    return await work();
  } finally {
    await release(context, repository);
  }
}

async function take({ operation, write }: Context, repository: Repository, exclusive: boolean): Promise<boolean> {
  const { id: repositoryId, orgId } = repository;
  return write(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM backup_repositories WHERE id = ${repositoryId}::uuid FOR UPDATE`;
    const holds = await tx.repositoryHold.findMany({ where: { repositoryId } });
    const ids = holds.map(({ operationId }) => operationId);
    const live = await tx.operation.findMany({ where: { id: { in: ids }, ...liveOperation }, select: { id: true } });
    const alive = new Set(live.map(({ id }) => id));
    await tx.repositoryHold.deleteMany({ where: { repositoryId, operationId: { notIn: [...alive] } } });
    const others = holds.filter((hold) => alive.has(hold.operationId) && hold.operationId !== operation.id);
    if (others.some((hold) => exclusive || hold.exclusive)) return false;
    const key = { repositoryId, operationId: operation.id };
    await tx.repositoryHold.upsert({
      where: { repositoryId_operationId: key },
      create: { ...key, orgId, exclusive },
      update: { exclusive },
    });
    return true;
  });
}

/** What cannot be released now counts for nothing once the operation has ended. A worker that lost it releases nothing. */
async function release({ operation, write }: Context, { id: repositoryId }: Repository): Promise<void> {
  await write((tx) => tx.repositoryHold.deleteMany({ where: { repositoryId, operationId: operation.id } })).catch(
    () => undefined,
  );
}
