import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { type GitNetworks, addressesOf } from './addresses.ts';
import type { Part } from './archive.ts';
import type { Cache } from './cache.ts';
import { type Listed, listTree } from './listing.ts';
import { hasCommit, inRepository } from './local.ts';
import { within } from './problem.ts';
import type { GitRemote } from './remote.ts';
import { remoteOfSubmodule, submodulesOf } from './submodules.ts';
import { type Budget, fetchInto, type Place, tooLarge } from './transfer.ts';
import { parseGitUrl } from './url.ts';

export interface Means {
  readonly cache: Cache;
  readonly networks: GitNetworks;
}

const deepest = 5;
const mostSubmodules = 50;

const noCommit = (sha: string): AppError => new AppError('git_ref_not_found', `The repository has no commit ${sha}`);

/** Works with a remote at addresses that were checked; at the same host, under the name that some hosts lead on to. */
export async function reaching<T>(
  { networks }: Pick<Means, 'networks'>,
  remote: GitRemote,
  signal: AbortSignal,
  work: (remote: GitRemote, place: Omit<Place, 'repository'>) => Promise<T>,
): Promise<T> {
  const { url } = remote;
  const addresses = await addressesOf(networks, url.host, signal);
  const place = { addresses };
  try {
    return await work(remote, place);
  } catch (error) {
    const isLedOn =
      error instanceof AppError && error.code === 'git_refused' && /redirect|error: 3\d\d/.test(error.message);
    if (!isLedOn || url.protocol === 'ssh' || url.path.endsWith('.git')) throw error;
    return work({ ...remote, url: parseGitUrl(`${url.href}.git`) }, place);
  }
}

/** Brings one commit with its files, by itself where the host gives it so, or else with its branch. Gives where it lies. */
async function bringCommit(means: Means, remote: GitRemote, sha: string, budget: Budget): Promise<string> {
  const { signal } = budget;
  const name = createHash('sha256').update(remote.url.href).digest('hex').slice(0, 24);
  const missing = await means.cache.within({ id: remote.id, name, sha, signal }, async (repository) => {
    if (await hasCommit(repository, sha, signal)) return null;
    try {
      await reaching(means, remote, signal, (at, place) =>
        fetchInto(at, { ...place, repository }, ['--depth=1', '--', at.url.href, sha], budget),
      );
      // What it is compared with the next time, so that only the difference travels.
      await inRepository({ repository, args: ['update-ref', `refs/ocore/${sha}`, sha], signal, mostOutput: 4096 });
      return null;
    } catch (error) {
      if (error instanceof AppError && error.code === 'git_ref_not_found') return error;
      throw error;
    }
  });
  if (missing === null) return means.cache.pathOf(remote.id, name, sha);
  if (!/unadvertised/.test(missing.message)) throw noCommit(sha);
  const whole = { id: remote.id, name: `${name}-whole`, sha, signal };
  return means.cache.within(whole, async (repository) => {
    if (await hasCommit(repository, sha, signal)) return repository;
    await rm(repository, { recursive: true, force: true });
    await means.cache.make(repository, sha, signal);
    const all = ['+refs/heads/*:refs/ocore/heads/*', '+refs/tags/*:refs/ocore/tags/*'];
    await reaching(means, remote, signal, (at, place) =>
      fetchInto(at, { ...place, repository }, ['--', at.url.href, ...all], budget),
    );
    if (!(await hasCommit(repository, sha, signal))) throw noCommit(sha);
    return repository;
  });
}

interface Wanted {
  readonly remote: GitRemote;
  readonly sha: string;
  /** Where it lies in the whole tree; empty for the root. */
  readonly prefix: string;
  readonly depth: number;
}

/** Brings a commit, and what it has as submodules, down to their submodules. */
export async function bringParts(means: Means, root: GitRemote, sha: string, budget: Budget): Promise<readonly Part[]> {
  const parts: Part[] = [];
  const queue: Wanted[] = [{ remote: root, sha, prefix: '', depth: 0 }];
  let bytes = 0;
  // What is added to it while it is walked comes up, too.
  for (const { remote, sha: wanted, prefix, depth } of queue) {
    const about = <T>(work: Promise<T>): Promise<T> =>
      work.catch((error: unknown) => {
        throw prefix === '' ? error : within(`submodule ${prefix}`, error);
      });
    const repository = await about(bringCommit(means, remote, wanted, budget));
    const listed = await about(listTree(repository, wanted, budget));
    const placed = (path: string): string => (prefix === '' ? path : `${prefix}/${path}`);
    parts.push({ repository, entries: listed.map((entry): Listed => ({ ...entry, path: placed(entry.path) })) });
    bytes += listed.reduce((sum, { size }) => sum + size, 0);
    if (bytes > budget.mostBytes) throw tooLarge(budget.mostBytes);
    for (const submodule of await about(submodulesOf(repository, listed, budget))) {
      const path = placed(submodule.path);
      if (depth >= deepest) throw new AppError('git_refused', `submodule ${path}: submodules are nested too deeply`);
      if (queue.length > mostSubmodules)
        throw new AppError('git_refused', `The repository has more than ${mostSubmodules} submodules`);
      try {
        const at = remoteOfSubmodule(submodule, remote.url, root);
        queue.push({ remote: at, sha: submodule.sha, prefix: path, depth: depth + 1 });
      } catch (error) {
        throw within(`submodule ${path}`, error);
      }
    }
  }
  return parts;
}
