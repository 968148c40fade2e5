import type { RefKind, Repository, RepositoryRef } from '../../prisma/generated/client/client.ts';
import { type OrgScope, reachable } from '../access/scope.ts';
import type { Tx } from '../database/database.ts';
import type { GitRef, GitRefs } from '../git/index.ts';
import { isId, newId } from '../ids.ts';
import { foundNamed, page, type PageArgs, searchTerm } from '../lists.ts';
import { getRepository } from './rows.ts';

/** Of each kind. */
const mostRefs = 5000;
/** Of which cursors can be made. */
export const longestName = 200;

export async function getRef(scope: OrgScope, id: string): Promise<RepositoryRef> {
  const row = isId(id)
    ? await scope.db.repositoryRef.findFirst({
        where: { id, orgId: scope.orgId },
        include: { repository: { select: { projectId: true } } },
      })
    : null;
  return reachable(scope, 'repository ref', id, row, ({ repository }) => repository.projectId);
}

export interface RefFilter {
  repositoryId: string;
  kind?: RefKind | null | undefined;
  search?: string | null | undefined;
}

/** The branches and tags of a repository, as they were at its last synchronization. */
export async function listRefs(scope: OrgScope, args: PageArgs & RefFilter) {
  const { id } = await getRepository(scope, args.repositoryId);
  const search = searchTerm(args.search);
  const where = {
    orgId: scope.orgId,
    repositoryId: id,
    ...(args.kind ? { kind: args.kind } : {}),
    ...(search ? { name: { contains: search, mode: 'insensitive' as const } } : {}),
  };
  return page<RepositoryRef>(
    `refs of ${id}`,
    { ...args, sort: 'name' },
    {
      find: (seek) => scope.db.repositoryRef.findMany(foundNamed(where, seek)),
      count: () => scope.db.repositoryRef.count({ where }),
    },
  );
}

/** As many as are kept; those that are named first. */
function kept(refs: readonly GitRef[], first: readonly (string | undefined)[] = []): GitRef[] {
  const named = refs.filter(
    ({ name }) => name.length <= longestName && name.isWellFormed() && !name.includes('\u0000'),
  );
  if (named.length <= mostRefs) return named;
  const ahead = named.filter(({ name }) => first.includes(name));
  return [...ahead, ...named.filter(({ name }) => !first.includes(name))].slice(0, mostRefs);
}

async function replace(tx: Tx, { id, orgId }: Repository, kind: RefKind, refs: readonly GitRef[]): Promise<void> {
  const names = refs.map(({ name }) => name);
  await tx.$executeRaw`DELETE FROM repository_refs WHERE repository_id = ${id}::uuid AND org_id = ${orgId}::uuid AND kind = ${kind}::ref_kind AND NOT name = ANY(${names}::text[])`;
  // One that stays keeps its id, by which clients know it.
  await tx.$executeRaw`
    INSERT INTO repository_refs (id, org_id, repository_id, kind, name, sha)
    SELECT given.id, ${orgId}::uuid, ${id}::uuid, ${kind}::ref_kind, given.name, given.sha
    FROM unnest(${refs.map(() => newId())}::uuid[], ${names}::text[], ${refs.map(({ sha }) => sha)}::text[]) AS given(id, name, sha)
    ON CONFLICT (repository_id, kind, name) DO UPDATE SET sha = excluded.sha WHERE repository_refs.sha <> excluded.sha`;
}

/** Records what the repository has now; gives how many of them are kept. */
export async function recordRefs(tx: Tx, row: Repository, refs: GitRefs): Promise<{ branches: number; tags: number }> {
  // The row comes first, as where a push is recorded.
  await tx.repository.update({
    where: { id: row.id, orgId: row.orgId },
    data: { defaultBranch: refs.defaultBranch ?? null, lastSyncedAt: new Date() },
  });
  const branches = kept(refs.branches, [row.branch, refs.defaultBranch]);
  const tags = kept(refs.tags);
  await replace(tx, row, 'branch', branches);
  await replace(tx, row, 'tag', tags);
  return { branches: branches.length, tags: tags.length };
}

/** Where branches of these names are, as far as it is known. */
export async function headsOf(
  tx: Tx,
  { id, orgId }: Repository,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const refs = await tx.repositoryRef.findMany({
    where: { orgId, repositoryId: id, kind: 'branch', name: { in: [...names] } },
    select: { name: true, sha: true },
  });
  return new Map(refs.map(({ name, sha }) => [name, sha]));
}

/** Records where branches were pushed to; new ones only while there is room. The next synchronization says it for certain. */
export async function recordPushed(
  tx: Tx,
  { id, orgId }: Repository,
  heads: readonly { name: string; sha: string }[],
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO repository_refs (id, org_id, repository_id, kind, name, sha)
    SELECT given.id, ${orgId}::uuid, ${id}::uuid, 'branch', given.name, given.sha
    FROM unnest(${heads.map(() => newId())}::uuid[], ${heads.map(({ name }) => name)}::text[], ${heads.map(({ sha }) => sha)}::text[]) AS given(id, name, sha)
    WHERE (SELECT count(*) FROM repository_refs WHERE repository_id = ${id}::uuid AND kind = 'branch') < ${mostRefs}
      OR EXISTS (SELECT FROM repository_refs r WHERE r.repository_id = ${id}::uuid AND r.kind = 'branch' AND r.name = given.name)
    ORDER BY given.name
    ON CONFLICT (repository_id, kind, name) DO UPDATE SET sha = excluded.sha`;
}

/** The commit that the followed branch was at; null before the first synchronization and of a branch that is not there. */
export async function headOf(scope: OrgScope, row: Repository): Promise<string | null> {
  const ref = await scope.db.repositoryRef.findFirst({
    where: { orgId: scope.orgId, repositoryId: row.id, kind: 'branch', name: row.branch },
    select: { sha: true },
  });
  return ref?.sha ?? null;
}
