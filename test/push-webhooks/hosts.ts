import { createHmac } from 'node:crypto';

export type Host = 'github' | 'gitlab' | 'gitea' | 'bitbucket';
type Send = (body: Buffer, event?: string) => Record<string, string>;

/** How each host sends a payload with this secret, as a delivery of this id. */
export function sender(secret: string, id: string) {
  const hmac = (body: Buffer, algorithm = 'sha256', key = secret): string =>
    createHmac(algorithm, key).update(body).digest('hex');
  const hosts: Readonly<Record<Host, Send>> = {
    github: (body, event = 'push') => ({
      ...{ 'x-github-event': event, 'x-github-delivery': id, 'content-type': 'application/json' },
      'x-hub-signature': `sha1=${hmac(body, 'sha1')}`,
      'x-hub-signature-256': `sha256=${hmac(body)}`,
    }),
    gitlab: (_body, event = 'Push Hook') => ({
      ...{ 'x-gitlab-event': event, 'x-gitlab-event-uuid': id, 'x-gitlab-token': secret },
      'x-gitlab-instance': 'https://gitlab.example.com',
    }),
    gitea: (body, event = 'push') => ({
      ...{ 'x-gitea-event': event, 'x-gitea-delivery': id, 'x-gitea-signature': hmac(body) },
      ...{ 'x-github-event': event, 'x-github-delivery': id, 'x-hub-signature-256': `sha256=${hmac(body)}` },
    }),
    bitbucket: (body, event = 'repo:push') => ({
      ...{ 'x-event-key': event, 'x-request-uuid': id, 'x-hub-signature': `sha256=${hmac(body)}` },
      'x-hook-uuid': '0b7c1c32-5a57-4b1d-9b4b-1d1c6d0e7a55',
    }),
  };
  return { hosts, hmac };
}
