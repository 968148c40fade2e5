const longest = 255;
/** Controls, spaces, the operators of Git, two dots, and what would begin a reflog. */
const never = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{/;
const isPart = (part: string): boolean => part !== '' && !part.startsWith('.') && !part.endsWith('.lock');

/** Whether Git takes it as the name of a branch or a tag (git-check-ref-format). One with a hyphen first would be an option. */
export function isRefName(name: string): boolean {
  if (name.length > longest || name === '@' || never.test(name) || !name.isWellFormed()) return false;
  return !name.startsWith('-') && !name.endsWith('.') && name.split('/').every(isPart);
}

/** Whether it is the full name of an object: SHA-1 or SHA-256. */
export const isSha = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
