/** PATH_MAX. */
export const longestTarget = 4095;

/**
 * Whether a link stays within the tree, wherever the links on its way lead. Directories on the way to a link are real, so `..`
 * at the beginning of its target is what it seems; behind a name it may be the parent of something else.
 */
export function staysWithin(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || /[\p{Cc}\\]/u.test(target)) return false;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const ups = parts.findIndex((part) => part !== '..');
  const up = ups < 0 ? parts.length : ups;
  if (parts.slice(up).some((part) => part === '..' || /^\.git$/i.test(part))) return false;
  return up < path.split('/').length;
}
