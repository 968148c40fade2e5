import { decrypt, encrypt } from './cipher.ts';
import type { KeyRing } from './key-ring.ts';

/**
 * Encrypts what must be readable again (SSH keys, database passwords): AES-256-GCM by the current data key, which the key
 * of the environment wraps. The row that a record belongs to is authenticated data, so that one copied to another row is
 * refused. Record: `v2.<data key id>.<base64url nonce|ciphertext|tag>`; `v1.<master key id>.<…>` is from before data keys.
 */
export class SecretBox {
  readonly #keys: KeyRing;

  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  seal(plain: string, owner: string): string {
    const { id, key } = this.#keys.current;
    return `v2.${id}.${encrypt(key, plain, owner)}`;
  }

  async open(record: string, owner: string): Promise<string> {
    const [version, keyId, text] = record.split('.');
    if ((version !== 'v1' && version !== 'v2') || keyId === undefined || text === undefined)
      throw new Error('A stored secret has an unknown format');
    const key = version === 'v1' ? this.#keys.direct(keyId) : await this.#keys.find(keyId);
    return decrypt(key, text, owner).toString('utf8');
  }
}
