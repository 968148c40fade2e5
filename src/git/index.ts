export type { GitAccess, GitCommit, GitRef, GitRefs, GitRemote, HostKey } from './remote.ts';
export { type GitUrl, parseGitUrl } from './url.ts';
