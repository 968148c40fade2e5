import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
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
  const repository = await tx.repository.update({ where: { id, orgId }, data: { status: 'syncing' } });
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
