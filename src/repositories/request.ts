import type { Repository } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
import { AppError } from '../errors.ts';
import { liveOperation } from '../operations/live.ts';
import { syncRepositoryKind, validateRepositoryKind } from './kinds.ts';
import { factAbout, getRepository } from './rows.ts';

const requested = {
  'repository.validation_requested': validateRepositoryKind,
  'repository.sync_requested': syncRepositoryKind,
} as const;

/** Starts what reads the repository, in the caller's transaction; one that is running is a 409. */
export async function begin(
  { tx, record, start }: Mutation,
  { orgId, id, projectId }: { orgId: string; id: string; projectId: string },
  action: keyof typeof requested,
) {
  const operation = await start(requested[action], { resourceId: id, serverId: null, projectId, input: {} });
  const due = action === 'repository.sync_requested' ? { syncDueAt: null } : {};
  const repository = await tx.repository.update({ where: { id, orgId }, data: { status: 'syncing', ...due } });
  await record({ action, ...factAbout(repository) });
  return { repository, operation };
}

/** Finds out whether the repository is reached, and whether its branch is there. */
export async function validateRepository(app: App, scope: OrgScope, id: string) {
  const row = await getRepository(scope, id);
  return mutate(app, scope, (mutation) => begin(mutation, row, 'repository.validation_requested'));
}

/** Reads which branches and tags the repository has now. */
export async function syncRepository(app: App, scope: OrgScope, id: string) {
  const row = await getRepository(scope, id);
  return mutate(app, scope, (mutation) => begin(mutation, row, 'repository.sync_requested'));
}

/** Begins to read the repository, unless something works on it already. */
export async function syncIfIdle(mutation: Mutation, row: Repository): Promise<boolean> {
  try {
    await begin(mutation, row, 'repository.sync_requested');
    return true;
  } catch (error) {
    // Nothing was written by then.
    if (error instanceof AppError && error.code === 'operation_in_progress') return false;
    throw error;
  }
}

/**
 * Lets a repository that was pushed to be read: at once, or after what works on it now, which may have looked before the push.
 * A synchronization that is queued finds what is there then.
 */
export async function syncAfterPush(mutation: Mutation, row: Repository): Promise<void> {
  const { tx } = mutation;
  const { id, orgId } = row;
  const where = { orgId, resourceId: id, ...liveOperation };
  if (!(await tx.operation.findFirst({ where })) && (await syncIfIdle(mutation, row))) return;
  const live = await tx.operation.findFirst({ where });
  if (live?.kind === syncRepositoryKind.kind && live.status === 'queued') return;
  await tx.$executeRaw`UPDATE repositories SET sync_due_at = coalesce(sync_due_at, now()) WHERE id = ${id}::uuid AND org_id = ${orgId}::uuid`;
}
