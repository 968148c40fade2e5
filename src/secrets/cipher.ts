import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';

/** AES-256-GCM with a fresh nonce: base64url of nonce|ciphertext|tag. `owner` is authenticated with it, and needed to open it. */
export function encrypt(key: Buffer, plain: Buffer | string, owner: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv(algorithm, key, nonce);
  cipher.setAAD(Buffer.from(owner));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

export function decrypt(key: Buffer, text: string, owner: string): Buffer {
  const body = Buffer.from(text, 'base64url');
  const decipher = createDecipheriv(algorithm, key, body.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(owner));
  decipher.setAuthTag(body.subarray(-16));
  return Buffer.concat([decipher.update(body.subarray(12, -16)), decipher.final()]);
}
