import type { Deployment, Repository } from '../../prisma/generated/client/client.ts';
import { AppError } from '../errors.ts';
import { type Fetched, fetchCommit, fetchCommits } from '../deployed-code/index.ts';
import type { GitRefs, GitRemote } from '../git/index.ts';
import { StepError } from '../operations/kind.ts';
import { gitOf, remoteOf } from '../repositories/index.ts';
import { type Context, deploymentOf, updateDeployment } from './context.ts';
import { sourcesOf } from './rows.ts';

/** The project's repositories in their order. */
function repositoriesOf({ app, operation }: Context, { projectId }: Deployment): Promise<Repository[]> {
  return app.db.prisma.repository.findMany({
    where: { projectId, orgId: operation.orgId },
    orderBy: { position: 'asc' },
  });
}

interface Wanted {
  ref: string | null;
  sha: string;
}

function named(refs: GitRefs, kind: 'branch' | 'tag', name: string, repository: Repository): Wanted {
  const all = kind === 'branch' ? refs.branches : refs.tags;
  const ref = all.find((one) => one.name === name);
  if (ref) return { ref: name, sha: ref.sha };
  throw new AppError('git_ref_not_found', `${repository.name} has no ${kind} ${name}`);
}

/** Which commit of a repository is deployed: what was asked for of the first, of the others the branch that they follow. */
async function wantedOf(
  context: Context,
  deployment: Deployment,
  repository: Repository,
  remote: GitRemote,
): Promise<Wanted> {
  const isFirst = repository.position === 1;
  if (isFirst && deployment.branch === null && deployment.tag === null && deployment.commitSha !== null)
    return { ref: null, sha: deployment.commitSha };
  const refs = await gitOf(context.app).refs(remote, context.signal);
  if (isFirst && deployment.tag !== null) return named(refs, 'tag', deployment.tag, repository);
  const branch = isFirst ? (deployment.branch ?? repository.branch) : repository.branch;
  return named(refs, 'branch', branch, repository);
}

async function fetchRepository(context: Context, deployment: Deployment, repository: Repository): Promise<Fetched> {
  const remote = await remoteOf(context.app, repository);
  const { ref, sha } = await wantedOf(context, deployment, repository, remote);
  const { id: repositoryId, name, url, provider, position } = repository;
  context.log('info', `${name}: ${ref === null ? '' : `${ref} is `}${sha}`);
  const tree = await fetchCommit(context, remote, { name, sha });
  const { subject, author, at } = tree.commit;
  return {
    source: { repositoryId, name, url, provider, position, ref, sha, subject, author, at: at.toISOString() },
    tree,
  };
}

/** Finds out which commits are deployed, brings them into the cache, and writes them down: they do not change any more. */
export async function fetchSources(context: Context): Promise<Fetched[]> {
  const deployment = await deploymentOf(context);
  const known = sourcesOf(deployment);
  if (known.length > 0) return fetchCommits(context, known);
  const repositories = await repositoriesOf(context, deployment);
  if (repositories.length === 0)
    throw new StepError('git_ref_not_found', 'The project has no repository', 'Connect one first.');
  const fetched = await Promise.all(repositories.map((repository) => fetchRepository(context, deployment, repository)));
  const [first] = fetched;
  await updateDeployment(context, {
    sources: fetched.map(({ source }) => source),
    commitSha: first?.source.sha ?? null,
    commitMessage: first?.source.subject ?? null,
    commitAuthor: first?.source.author ?? null,
    committedAt: first?.source.at ?? null,
  });
  return fetched;
}
