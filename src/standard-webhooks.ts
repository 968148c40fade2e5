import { createHmac, type KeyObject, sign } from 'node:crypto';

/** Keys as they are used for many signatures. */
export interface Signer {
  readonly secret: Buffer;
  readonly privateKey: KeyObject | null;
}

/** The key of a secret that is `whsec_` and its base64. */
export const secretBytes = (secret: string): Buffer => Buffer.from(secret.replace('whsec_', ''), 'base64');

export interface Signed {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
}

/** The headers of Standard Webhooks 1.0.0: one signature for each key, the newest first. */
export function signed(signers: readonly Signer[], id: string, atMs: number, body: string): Signed {
  const timestamp = String(Math.floor(atMs / 1000));
  const content = `${id}.${timestamp}.${body}`;
  const signatures = signers.flatMap(({ secret, privateKey }) => [
    `v1,${createHmac('sha256', secret).update(content).digest('base64')}`,
    ...(privateKey ? [`v1a,${sign(null, Buffer.from(content), privateKey).toString('base64')}`] : []),
  ]);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
