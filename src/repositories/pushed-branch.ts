import type { Push } from '../push-webhooks/index.ts';
import { longestName } from './refs.ts';

export interface PushedBranch {
  name: string;
  /** Null of a new one. */
  before: string | null;
  sha: string;
  pushedBy: string | null;
}

/** Why it does not count; undefined where it does. */
function reasonOf({ kind, name, after }: Push): string | undefined {
  if (kind === 'tag') return `${name} is a tag: only branches are followed`;
  if (after === undefined) return `The branch ${name} was deleted`;
  return name.length > longestName ? `The name of the branch is longer than ${longestName} characters` : undefined;
}

/** The branches that pushes have moved, each once with the last of its commits, and why the others do not count. */
export function branchesOf(pushes: readonly Push[]): { branches: PushedBranch[]; reasons: string[] } {
  const branches = new Map<string, PushedBranch>();
  const reasons: string[] = [];
  for (const push of pushes) {
    const { kind, name, before, after, pushedBy } = push;
    const reason = reasonOf(push);
    if (kind === 'branch') branches.delete(name);
    if (reason !== undefined) reasons.push(reason);
    else if (after !== undefined)
      branches.set(name, { name, before: before ?? null, sha: after, pushedBy: pushedBy ?? null });
  }
  return { branches: [...branches.values()], reasons };
}
