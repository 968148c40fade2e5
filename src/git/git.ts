import { AppError } from '../errors.ts';
import { addressesOf, type GitNetworks } from './addresses.ts';
import { Cache } from './cache.ts';
import { readCommits } from './commits.ts';
import { bringParts, type Means, reaching } from './fetch.ts';
import { scanHostKeys } from './host-keys.ts';
import { problemOf } from './problem.ts';
import { runProgram } from './program.ts';
import { hasCommit } from './local.ts';
import { isSha } from './ref-name.ts';
import { refsOf } from './refs.ts';
import type { GitCommit, GitRefs, GitRemote, HostKey } from './remote.ts';
import { inSession, secretsOf } from './session.ts';
import { type Budget, fetchInto } from './transfer.ts';
import { GitTree } from './tree.ts';
import type { GitUrl } from './url.ts';

export interface GitOptions {
  /** Of caches, which can be deleted at any time. */
  readonly directory: string;
  readonly networks: GitNetworks;
  /** Of a fetch: how long it may take, and how large a repository may be with its submodules, packed and unpacked. */
  readonly limits: { readonly seconds: number; readonly bytes: number };
}

/** Of a look at the names of branches and tags. */
const lookSeconds = 60;
const mostNames = 16 * 1024 ** 2;
const mostCommits = 1000;

function requireSha(sha: string): void {
  if (!isSha(sha)) throw new AppError('git_ref_not_found', 'A commit is named by its 40 or 64 hexadecimal digits');
}

/** Reads repositories with the programs git and ssh: argument lists, an environment of their own, and bounds for everything. */
export class Git {
  readonly #means: Means;
  readonly #limits: GitOptions['limits'];

  constructor({ directory, networks, limits }: GitOptions) {
    this.#limits = limits;
    this.#means = { cache: new Cache(directory, limits), networks };
  }

  /** Deletes what was saved of repositories that are gone; `known` says which of these there are still. */
  async prune(known: (ids: readonly string[]) => Promise<ReadonlySet<string>>): Promise<void> {
    await this.#means.cache.prune(known);
  }

  /** The keys that an SSH host presents; none over HTTPS. */
  async hostKeys(url: GitUrl, signal: AbortSignal): Promise<readonly HostKey[]> {
    if (url.protocol === 'https') return [];
    const [address = ''] = await addressesOf(this.#means.networks, url.host, signal);
    return scanHostKeys(url, address, signal);
  }

  /** The branches and tags that a repository has now. */
  async refs(remote: GitRemote, signal: AbortSignal): Promise<GitRefs> {
    const deadline = performance.now() + Math.min(this.#limits.seconds, lookSeconds) * 1000;
    return reaching(this.#means, remote, signal, (at, place) =>
      inSession(at, place, async (environmentOf) => {
        const args = ['ls-remote', '--symref', '--', at.url.href, 'HEAD', 'refs/heads/*', 'refs/tags/*'];
        const run = { program: 'git', args, env: environmentOf(), signal, deadline, mostOutput: mostNames } as const;
        const end = await runProgram(run);
        if (end.code !== 0) throw problemOf(end, { host: at.url.host, secrets: secretsOf(at) });
        return refsOf(end.stdout.toString('utf8'));
      }),
    );
  }

  /** Brings one commit with its submodules, as far as the cache does not have it. */
  async fetch(
    remote: GitRemote,
    sha: string,
    signal: AbortSignal,
    onProgress?: (line: string) => void,
  ): Promise<GitTree> {
    requireSha(sha);
    const budget = this.#budget(signal, onProgress);
    const parts = await bringParts(this.#means, remote, sha, budget);
    const repository = parts[0]?.repository ?? '';
    const [commit] = await readCommits({ repository, range: [sha], most: 1, signal, deadline: budget.deadline });
    if (!commit) throw new AppError('git_ref_not_found', `The repository has no commit ${sha}`);
    return new GitTree(commit, parts);
  }

  /** The newest commits that lead to `to`, without those that lead to `from`; at most `limit`. */
  async log(
    remote: GitRemote,
    from: string | undefined,
    to: string,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly GitCommit[]> {
    requireSha(to);
    if (from !== undefined) requireSha(from);
    const most = Math.min(Math.max(1, limit), mostCommits);
    const budget = this.#budget(signal);
    return this.#means.cache.within({ id: remote.id, name: 'history', sha: to, signal }, async (repository) => {
      const bring = (...shas: readonly string[]): Promise<void> =>
        reaching(this.#means, remote, signal, (at, place) =>
          fetchInto(
            at,
            { ...place, repository },
            // Commits without their files, where the host gives them so.
            [`--depth=${most + 1}`, '--filter=tree:0', '--', at.url.href, ...shas],
            budget,
          ),
        );
      // What was there once may be gone after a forced push; then nothing is left out. A host that gives no commit by its
      // name gives it with those that lead to it.
      await bring(...(from === undefined ? [to] : [to, from])).catch((error: unknown) => {
        if (!(error instanceof AppError && error.code === 'git_ref_not_found') || from === undefined) throw error;
        return bring(to);
      });
      const isKnown = from !== undefined && (await hasCommit(repository, from, signal, 'commit'));
      const range = isKnown ? [to, `^${from}`] : [to];
      return readCommits({ repository, range, most, signal, deadline: budget.deadline });
    });
  }

  #budget(signal: AbortSignal, onProgress?: (line: string) => void): Budget {
    const { seconds, bytes } = this.#limits;
    const deadline = performance.now() + seconds * 1000;
    return { signal, deadline, mostBytes: bytes, bytesLeft: bytes, onProgress };
  }
}
