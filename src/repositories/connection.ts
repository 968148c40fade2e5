import type { Repository, RepositoryAccess, RepositoryProvider } from '../../prisma/generated/client/client.ts';
import { validationError } from '../errors.ts';
import { type GitUrl, parseGitUrl } from '../git/index.ts';
import type { Settings } from './fields.ts';
import { providerOf } from './provider.ts';

/** How a repository is reached. */
export interface Connection {
  url: GitUrl;
  access: RepositoryAccess;
  provider: RepositoryProvider;
  username: string | null;
}

/** What is known of it so far. */
type Known = Pick<Repository, 'url' | 'access' | 'provider' | 'username'>;
type Given = Pick<Settings, 'access' | 'provider' | 'username' | 'token'> & {
  repositoryUrl?: GitUrl | null | undefined;
};

function refuse(field: string, constraint: string, message: string): never {
  throw validationError([{ field, constraint, message: `${field}: ${message}` }]);
}

/** The access that was named, or else what the URL and a token suggest. */
function accessOf(given: Given, { protocol }: GitUrl, before: Known | undefined): RepositoryAccess {
  if (given.access) return given.access;
  if (protocol === 'ssh') return 'deploy_key';
  if (given.token) return 'token';
  return before && before.access !== 'deploy_key' ? before.access : 'none';
}

const placeOf = ({ protocol, host, port }: GitUrl): string => `${protocol}://${host}:${port}`;

/** Whether it leads to another machine, whose host keys are others and which no token was meant for. */
export const isElsewhere = (url: GitUrl, before: Pick<Known, 'url'>): boolean =>
  placeOf(url) !== placeOf(parseGitUrl(before.url));

/** How the repository is reached after what was given; throws where that does not fit together. */
export function connectionAfter(given: Given, url: GitUrl, before?: Known): Connection {
  const access = accessOf(given, url, before);
  if (access === 'deploy_key' && url.protocol === 'https')
    refuse('access', 'protocol', 'a deploy key needs an SSH URL such as git@github.com:acme/erp.git');
  if (access !== 'deploy_key' && url.protocol === 'ssh')
    refuse('access', 'protocol', `${access} needs an HTTPS URL; over SSH there is deploy_key`);
  if (access !== 'token' && given.token) refuse('token', 'access', 'is for the access token over HTTPS only');
  if (access !== 'token' && given.username) refuse('username', 'access', 'is for the access token over HTTPS only');
  const elsewhere = before !== undefined && isElsewhere(url, before);
  // Whoever may change a repository may not read its token, and so not have it sent to a machine of their own either.
  if (access === 'token' && !given.token && (before?.access !== 'token' || elsewhere))
    refuse('token', 'required', elsewhere ? 'is required with another host' : 'is required with this access');
  return {
    url,
    access,
    provider: given.provider ?? (before && !elsewhere ? before.provider : providerOf(url.host)),
    username: access === 'token' ? (given.username ?? before?.username ?? null) : null,
  };
}
