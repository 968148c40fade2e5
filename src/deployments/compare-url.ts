import type { Source } from '../deployed-code/index.ts';
import { parseGitUrl } from '../git/index.ts';

/** Where a host shows what lies between two commits. */
const paths: Readonly<Record<string, (from: string, to: string) => string>> = {
  github: (from, to) => `/compare/${from}...${to}`,
  gitea: (from, to) => `/compare/${from}...${to}`,
  gitlab: (from, to) => `/-/compare/${from}...${to}`,
  bitbucket: (from, to) => `/branches/compare/${to}%0D${from}`,
};

/** The page of its host with the difference to the commit from before; null where there is none. */
export function compareUrl({ provider, url, sha }: Source, before: string | undefined): string | null {
  const path = paths[provider];
  if (!path || before === undefined || before === sha) return null;
  const { host, path: repository } = parseGitUrl(url);
  return `https://${host}/${repository.replace(/^\/+/, '').replace(/\.git$/, '')}${path(before, sha)}`;
}
