import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const salt = 'ocore-secret-box';

/**
 * Encrypts what must be readable again (SSH keys, database passwords): AES-256-GCM with a fresh nonce, the id of the
 * key in the record, and the row it belongs to as authenticated data, so that a record copied to another row is refused.
 * Record: `v1.<key id>.<base64url nonce|ciphertext|tag>`.
 */
export class SecretBox {
  readonly #key: Buffer;
  readonly #keyId: string;

  constructor(masterKey: string) {
    this.#key = Buffer.from(hkdfSync('sha256', masterKey, salt, 'aes-256-gcm', 32));
    this.#keyId = Buffer.from(hkdfSync('sha256', masterKey, salt, 'key-id', 6)).toString('base64url');
  }

  seal(plain: string, owner: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(Buffer.from(owner));
    const body = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `v1.${this.#keyId}.${body.toString('base64url')}`;
  }

  async open(record: string, owner: string): Promise<string> {
    const [version, keyId, text] = record.split('.');
    if (version !== 'v1' || text === undefined) throw new Error('A stored secret has an unknown format');
    if (keyId !== this.#keyId) throw new Error(`A stored secret was sealed with key ${keyId}, which is not configured`);
    const body = Buffer.from(text, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.#key, body.subarray(0, 12));
    decipher.setAAD(Buffer.from(owner));
    decipher.setAuthTag(body.subarray(-16));
    return Buffer.concat([decipher.update(body.subarray(12, -16)), decipher.final()]).toString('utf8');
  }
}
