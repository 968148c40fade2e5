import { isRefName } from '../git/index.ts';

const longest = 255;

/** Whether it is a branch, or a pattern of branches: `*` stands for what is within a part, `**` for anything. */
export function isBranchPattern(pattern: string): boolean {
  if (pattern.length > longest || pattern.includes('***')) return false;
  return isRefName(pattern.replaceAll(/\*+/g, 'x'));
}

/** Whether the branch is one of the pattern. In steps that are counted beforehand, whatever the pattern. */
export function matchesPattern(pattern: string, branch: string): boolean {
  // Which beginnings of the branch are matched by what of the pattern was read.
  let reached = Array.from({ length: branch.length + 1 }, (_, length) => length === 0);
  for (const token of pattern.match(/\*+|[^*]/g) ?? []) {
    const next: boolean[] = Array.from({ length: branch.length + 1 }, () => false);
    for (let length = 0; length <= branch.length; length += 1) {
      const last = length === 0 ? undefined : branch.charAt(length - 1);
      if (!token.startsWith('*')) next[length] = last === token && reached[length - 1] === true;
      else next[length] = reached[length] === true || (next[length - 1] === true && (token === '**' || last !== '/'));
    }
    reached = next;
  }
  return reached[branch.length] === true;
}
