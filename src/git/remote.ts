import type { GitUrl } from './url.ts';

export interface HostKey {
  /** Such as ssh-ed25519. */
  readonly type: string;
  /** Base64, as known_hosts has it. */
  readonly key: string;
  /** SHA256:… */
  readonly fingerprint: string;
}

/** How a program gets into a repository. */
export type GitAccess =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly username: string; readonly token: string }
  | { readonly kind: 'deploy_key'; readonly privateKey: string; readonly hostKeys: readonly HostKey[] };

export interface GitRemote {
  /** A UUID: the name of its cache. */
  readonly id: string;
  readonly url: GitUrl;
  readonly access: GitAccess;
}

export interface GitRef {
  readonly name: string;
  readonly sha: string;
}

export interface GitRefs {
  /** Undefined where the repository is empty, or its HEAD names a branch that is not there. */
  readonly defaultBranch: string | undefined;
  readonly branches: readonly GitRef[];
  /** Of an annotated tag, the commit that it is of. */
  readonly tags: readonly GitRef[];
}

export interface GitCommit {
  readonly sha: string;
  readonly author: string;
  readonly email: string;
  /** When it was committed. */
  readonly at: Date;
  readonly subject: string;
}
