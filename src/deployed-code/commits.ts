import { AppError } from '../errors.ts';
import type { GitRemote, GitTree } from '../git/index.ts';
import { gitOf, remoteOf } from '../repositories/index.ts';
import type { Context } from './context.ts';
import type { Source } from './shapes.ts';

/** A commit of a repository with its files. */
export interface Fetched {
  source: Source;
  tree: GitTree;
}

/** Brings one commit into the cache. */
export const fetchCommit = (
  { app, signal, progress }: Pick<Context, 'app' | 'signal' | 'progress'>,
  remote: GitRemote,
  { name, sha }: Pick<Source, 'name' | 'sha'>,
): Promise<GitTree> => gitOf(app).fetch(remote, sha, signal, (line) => progress(50, `${name}: ${line}`));

/** The files of commits that are known, from the cache or from their hosts. */
export async function fetchCommits(context: Context, sources: readonly Source[]): Promise<Fetched[]> {
  const { app, operation } = context;
  const fetched: Fetched[] = [];
  for (const source of sources) {
    const where = { id: source.repositoryId, orgId: operation.orgId };
    const repository = await app.db.prisma.repository.findFirst({ where });
    if (!repository)
      throw new AppError(
        'git_ref_not_found',
        `The repository ${source.name} is not connected with the project any more`,
      );
    fetched.push({ source, tree: await fetchCommit(context, await remoteOf(app, repository), source) });
  }
  return fetched;
}
