import type { Repository } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import { headOf } from './refs.ts';

export interface SyncStatus {
  repository: Repository;
  sha: string | null;
  branches: number;
  tags: number;
}

/** How far the synchronization of a repository is, and what the last one found. */
export async function repositorySyncStatus(scope: OrgScope, repository: Repository): Promise<SyncStatus> {
  const where = { orgId: scope.orgId, repositoryId: repository.id };
  const [sha, branches, tags] = await Promise.all([
    headOf(scope, repository),
    scope.db.repositoryRef.count({ where: { ...where, kind: 'branch' } }),
    scope.db.repositoryRef.count({ where: { ...where, kind: 'tag' } }),
  ]);
  return { repository, sha, branches, tags };
}
