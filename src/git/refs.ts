import { isRefName } from './ref-name.ts';
import type { GitRef, GitRefs } from './remote.ts';

/** What `git ls-remote --symref` says. Of an annotated tag, the commit that it is of. */
export function refsOf(text: string): GitRefs {
  let head: string | undefined;
  const branches: GitRef[] = [];
  const tags = new Map<string, string>();
  for (const line of text.split('\n')) {
    head ??= /^ref: refs\/heads\/([^\t]+)\tHEAD$/.exec(line)?.[1];
    const [, sha, kind, written] = /^([0-9a-f]{40}|[0-9a-f]{64})\trefs\/(heads|tags)\/([^\t]+)$/.exec(line) ?? [];
    if (sha === undefined || written === undefined) continue;
    // The commit follows the tag itself.
    const name = written.replace(/\^\{\}$/, '');
    if (!isRefName(name)) continue;
    if (kind === 'heads') branches.push({ name, sha });
    else tags.set(name, sha);
  }
  return {
    defaultBranch: branches.some(({ name }) => name === head) ? head : undefined,
    branches,
    tags: [...tags].map(([name, sha]) => ({ name, sha })),
  };
}
