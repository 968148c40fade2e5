export type { GitNetworks } from './addresses.ts';
export { Git, type GitOptions } from './git.ts';
export { isRefName, isSha } from './ref-name.ts';
export type { GitAccess, GitCommit, GitRef, GitRefs, GitRemote, HostKey } from './remote.ts';
export type { GitEntry, GitTree } from './tree.ts';
export { type GitUrl, parseGitUrl } from './url.ts';
