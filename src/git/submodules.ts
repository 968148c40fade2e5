import { isIP } from 'node:net';
import { AppError } from '../errors.ts';
import type { Listed } from './listing.ts';
import { inRepository } from './local.ts';
import type { GitAccess, GitRemote } from './remote.ts';
import type { Budget } from './transfer.ts';
import { type GitUrl, parseGitUrl } from './url.ts';

const largestFile = 256 * 1024;

export interface Submodule {
  readonly path: string;
  readonly sha: string;
  /** As .gitmodules has it. */
  readonly url: string;
}

/** The submodules of a commit: what .gitmodules says there of the places where the tree has commits of others. */
export async function submodulesOf(
  repository: string,
  entries: readonly Listed[],
  budget: Budget,
): Promise<readonly Submodule[]> {
  const places = entries.filter(({ type }) => type === 'submodule');
  if (places.length === 0) return [];
  const file = entries.find(({ path, type }) => path === '.gitmodules' && type === 'file');
  if (file && file.size > largestFile) throw new AppError('git_refused', 'The file .gitmodules is too large');
  const { signal, deadline } = budget;
  const args = ['config', '--blob', file?.id ?? '', '--list', '-z'];
  const output = file && (await inRepository({ repository, args, signal, deadline, mostOutput: 4 * largestFile }));
  const told = new Map<string, Map<string, string>>();
  for (const entry of (output?.toString('utf8') ?? '').split('\0')) {
    const [, name, key, value] = /^submodule\.(.+)\.(path|url)\n(.*)$/s.exec(entry) ?? [];
    if (name === undefined || key === undefined || value === undefined) continue;
    told.set(name, (told.get(name) ?? new Map<string, string>()).set(key, value));
  }
  const urls = new Map([...told.values()].map((one) => [one.get('path')?.replace(/\/+$/, ''), one.get('url')]));
  return places.map(({ path, id }) => {
    const url = urls.get(path);
    if (url === undefined) throw new AppError('git_refused', `The submodule ${path} has no URL in .gitmodules`);
    return { path, sha: id, url };
  });
}

/** `../other.git` is relative to the URL of the repository that says so. */
function absolute(url: string, of: GitUrl): string {
  if (!/^\.\.?\//.test(url)) return url;
  const path = of.path.split('/').slice(1);
  const parts = url.split('/');
  while (parts[0] === '.' || parts[0] === '..')
    if (parts.shift() === '..' && path.pop() === undefined)
      throw new AppError('git_refused', 'its URL leads out of its host');
  const host = isIP(of.host) === 6 ? `[${of.host}]` : of.host;
  const user = of.user === undefined ? '' : `${of.user}@`;
  return `${of.protocol}://${user}${host}:${of.port}/${[...path, ...parts].join('/')}`;
}

/** The credentials of the repository are for its own host. */
function accessTo(url: GitUrl, root: GitRemote): { url: GitUrl; access: GitAccess } {
  const { access } = root;
  if (url.host === root.url.host) {
    if (url.protocol === root.url.protocol && url.port === root.url.port) return { url, access };
    // Many name a submodule as its developers clone it, over SSH; the token opens it over HTTPS.
    if (access.kind === 'token' && url.protocol === 'ssh') {
      const port = root.url.port === 443 ? '' : `:${root.url.port}`;
      const host = isIP(url.host) === 6 ? `[${url.host}]` : url.host;
      return { url: parseGitUrl(`https://${host}${port}${url.path}`), access };
    }
  }
  if (url.protocol === 'https') return { url, access: { kind: 'none' } };
  throw new AppError('git_refused', `over SSH, oCore reads submodules of ${root.url.host} only; use an HTTPS URL`);
}

/** How a submodule is reached. `of`: the URL of the repository that has it; `root`: the one that was asked for. */
export function remoteOfSubmodule({ url }: Pick<Submodule, 'url'>, of: GitUrl, root: GitRemote): GitRemote {
  try {
    return { id: root.id, ...accessTo(parseGitUrl(absolute(url, of)), root) };
  } catch (error) {
    if (error instanceof AppError && error.code === 'validation_error')
      throw new AppError('git_refused', `its URL in .gitmodules ${error.message.replace(/^url: /, '')}`);
    throw error;
  }
}
