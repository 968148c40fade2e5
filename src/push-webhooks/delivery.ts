/** Who sends it. `git`: any of them, told apart by their headers. */
export type PushSender = 'github' | 'gitlab' | 'bitbucket' | 'gitea' | 'git';

/** What a push did to one branch or tag. */
export interface Push {
  readonly kind: 'branch' | 'tag';
  readonly name: string;
  /** Undefined of one that is new. */
  readonly before: string | undefined;
  /** Undefined of one that is gone. */
  readonly after: string | undefined;
  /** As the host calls the person. */
  readonly pushedBy: string | undefined;
}

/** What a Git host says. */
export interface Delivery {
  /** The same when the host sends it again; the signature does not cover it. */
  readonly id: string;
  /** The SHA-256 of the body: what is sent again has the same, whatever its id. */
  readonly digest: string;
  /** `other`: what is none of a repository's pushes. */
  readonly event: 'push' | 'ping' | 'other';
  readonly pushes: readonly Push[];
}

/** The headers of a request, as Node has them. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export const mostBytes = 1024 ** 2;

/** One that was sent twice is not taken at all. */
export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
