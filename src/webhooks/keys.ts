import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { secretBytes, type Signer } from '../standard-webhooks.ts';

/** What an endpoint's deliveries are signed with, in the forms of Standard Webhooks. */
export interface Keys {
  /** `whsec_` and the base64 of the bytes. */
  readonly secret: string;
  /** The ed25519 key as base64 of PKCS #8; null: signed with the secret alone. */
  readonly privateKey: string | null;
}

const stored = z.object({ secret: z.string(), privateKey: z.string().nullable() });

export const keysOwner = (id: string): string => `webhook_endpoint:${id}`;
export const previousKeysOwner = (id: string): string => `webhook_endpoint_previous:${id}`;

const secretShape = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

/** Whether it is `whsec_` and the base64 of 24 to 64 bytes. */
export function isSecret(text: string): boolean {
  const base64 = secretShape.exec(text)?.[1];
  if (base64 === undefined) return false;
  const bytes = secretBytes(text);
  return bytes.length >= 24 && bytes.length <= 64 && bytes.toString('base64') === base64;
}

/** New keys; a secret that the user chose is kept. */
export function newKeys(asymmetric: boolean, secret?: string | null): Keys {
  return {
    secret: secret ?? `whsec_${randomBytes(32).toString('base64')}`,
    privateKey: asymmetric
      ? generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
      : null,
  };
}

export const privateKeyOf = (base64: string) =>
  createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' });

/** `whpk_` and the base64 of the public key, with which anyone can verify; null without an ed25519 key. */
export function publicKeyOf({ privateKey }: Keys): string | null {
  if (privateKey === null) return null;
  // A JWK names the public part of a private key.
  const { x = '' } = privateKeyOf(privateKey).export({ format: 'jwk' });
  return `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;
}

export const keysText = (keys: Keys): string => JSON.stringify(keys);
export const keysFrom = (text: string): Keys => stored.parse(JSON.parse(text));

export const signerOf = ({ secret, privateKey }: Keys): Signer => ({
  secret: secretBytes(secret),
  privateKey: privateKey === null ? null : privateKeyOf(privateKey),
});
