import type { RepositoryProvider } from '../../prisma/generated/client/client.ts';

const known: Readonly<Record<string, RepositoryProvider>> = {
  'github.com': 'github',
  'ssh.github.com': 'github',
  'gitlab.com': 'gitlab',
  'altssh.gitlab.com': 'gitlab',
  'bitbucket.org': 'bitbucket',
  'altssh.bitbucket.org': 'bitbucket',
  'gitea.com': 'gitea',
  'codeberg.org': 'gitea',
};
/** Servers of one's own are mostly called after what runs there. */
const labels: Readonly<Record<string, RepositoryProvider>> = {
  github: 'github',
  gitlab: 'gitlab',
  bitbucket: 'bitbucket',
  gitea: 'gitea',
  forgejo: 'gitea',
};

/** Who serves the repository, as its host is called. */
export function providerOf(host: string): RepositoryProvider {
  const found = host.split('.').find((label) => Object.hasOwn(labels, label));
  return known[host] ?? labels[found ?? ''] ?? 'git';
}

/** What each expects as the user name beside a token. */
const usernames: Readonly<Record<RepositoryProvider, string>> = {
  github: 'x-access-token',
  gitlab: 'oauth2',
  bitbucket: 'x-token-auth',
  gitea: 'git',
  git: 'git',
};

export const usernameFor = (row: { username: string | null; provider: RepositoryProvider }): string =>
  row.username ?? usernames[row.provider];
