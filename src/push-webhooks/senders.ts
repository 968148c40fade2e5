import type { z } from 'zod';
import { AppError } from '../errors.ts';
import { header, type Headers, type Push, type PushSender } from './delivery.ts';
import { bitbucketPush, bitbucketServerPush, giteaPush, githubPush, gitlabPush } from './payloads.ts';
import { requireHmac, requireToken } from './signature.ts';

type Payload = z.ZodType<Push[]>;

interface Sender {
  /** Throws unless whoever sends it knows the secret. */
  check(headers: Headers, secret: string, body: Buffer): void;
  /** The headers in which the event may stand, and those of the id, by what goes first. */
  readonly event: readonly string[];
  readonly id: readonly string[];
  readonly pings: readonly string[];
  readonly pushes: Readonly<Record<string, Payload>>;
}

const senders: Readonly<Record<Exclude<PushSender, 'git'>, Sender>> = {
  github: {
    check: (headers, secret, body) => requireHmac(headers, 'X-Hub-Signature-256', 'sha256=', secret, body),
    event: ['X-GitHub-Event'],
    id: ['X-GitHub-Delivery'],
    pings: ['ping'],
    pushes: { push: githubPush },
  },
  gitlab: {
    check: (headers, secret) => requireToken(headers, 'X-Gitlab-Token', secret),
    event: ['X-Gitlab-Event'],
    // The first stays the same when GitLab tries again; older ones do not send it.
    id: ['Idempotency-Key', 'X-Gitlab-Event-UUID'],
    pings: [],
    pushes: { 'Push Hook': gitlabPush, 'Tag Push Hook': gitlabPush },
  },
  bitbucket: {
    check: (headers, secret, body) => requireHmac(headers, 'X-Hub-Signature', 'sha256=', secret, body),
    event: ['X-Event-Key'],
    // In the cloud, and on servers.
    id: ['X-Request-UUID', 'X-Request-Id'],
    pings: ['diagnostics:ping'],
    pushes: { 'repo:push': bitbucketPush, 'repo:refs_changed': bitbucketServerPush },
  },
  gitea: {
    // Where a Forgejo signs under its own name, that signature counts.
    check: (headers, secret, body) => {
      const name = header(headers, 'x-forgejo-signature') === undefined ? 'X-Gitea-Signature' : 'X-Forgejo-Signature';
      requireHmac(headers, name, '', secret, body);
    },
    event: ['X-Forgejo-Event', 'X-Gitea-Event'],
    id: ['X-Forgejo-Delivery', 'X-Gitea-Delivery'],
    pings: [],
    pushes: { push: giteaPush },
  },
};

/** By what only one of them sends. Gitea sends the headers of GitHub as well. */
function told(headers: Headers): Sender {
  const has = (name: string): boolean => headers[name] !== undefined;
  if (has('x-gitlab-token')) return senders.gitlab;
  if (has('x-gitea-signature') || has('x-forgejo-signature')) return senders.gitea;
  return has('x-event-key') ? senders.bitbucket : senders.github;
}

export const senderOf = (name: PushSender, headers: Headers): Sender =>
  name === 'git' ? told(headers) : senders[name];

/** The value of the first of the headers that is there. */
export function required(headers: Headers, names: readonly string[]): string {
  const value = names.map((name) => header(headers, name.toLowerCase())).find((one) => one !== undefined);
  if (value !== undefined && /^[\x21-\x7e][\x20-\x7e]{0,199}$/.test(value)) return value;
  throw new AppError('bad_request', `The header ${names.at(-1)} is missing, or is no id`, { header: names.at(-1) });
}
