import { randomBytes } from 'node:crypto';
import type { Repository } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { newSshKey } from '../openssh-key.ts';
import { privateKeyOwner, tokenOwner, webhookSecretOwner } from './sealed.ts';

/** A new key that only this repository is given, with the line that its host is given. */
export function newDeployKey(app: App, id: string): Pick<Repository, 'privateKeyEnc' | 'publicKey'> {
  const { privateKey, publicKey } = newSshKey(`ocore-${id}`);
  return { privateKeyEnc: app.secrets.seal(privateKey, privateKeyOwner(id)), publicKey };
}

/** What the provider proves its pushes with. It is told once. */
export function newWebhookSecret(app: App, id: string): { webhookSecret: string; webhookSecretEnc: string } {
  const webhookSecret = randomBytes(32).toString('base64url');
  return { webhookSecret, webhookSecretEnc: app.secrets.seal(webhookSecret, webhookSecretOwner(id)) };
}

export const sealToken = (app: App, id: string, token: string): string => app.secrets.seal(token, tokenOwner(id));
