import { hkdfSync } from 'node:crypto';
import { decrypt, encrypt } from './cipher.ts';

const salt = 'ocore-secret-box';

interface MasterKey {
  id: string;
  /** Wraps data keys. */
  wrap: Buffer;
  /** Opens records from before there were data keys. */
  direct: Buffer;
}

function derive(secret: string): MasterKey {
  const key = (info: string, length: number): Buffer => Buffer.from(hkdfSync('sha256', secret, salt, info, length));
  return {
    id: key('key-id', 6).toString('base64url'),
    wrap: key('wrap-data-keys', 32),
    direct: key('aes-256-gcm', 32),
  };
}

/** A record or data key that none of the configured keys opens. */
export class UnknownKeyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnknownKeyError';
  }
}

/** The keys of the environment: the current one wraps and opens, the previous ones only open. */
export class MasterKeys {
  readonly #current: MasterKey;
  readonly #known: ReadonlyMap<string, MasterKey>;

  constructor(current: string, previous: readonly string[] = []) {
    this.#current = derive(current);
    this.#known = new Map([...previous.map(derive), this.#current].map((key) => [key.id, key]));
  }

  #find(id: string): MasterKey {
    const key = this.#known.get(id);
    if (!key)
      throw new UnknownKeyError(
        `The master key ${id} is neither SSH_ENCRYPTION_KEY nor in SSH_ENCRYPTION_KEY_PREVIOUS`,
      );
    return key;
  }

  /** `w1.<master key id>.<nonce|ciphertext|tag>` */
  wrap(dataKeyId: string, dataKey: Buffer): string {
    return `w1.${this.#current.id}.${encrypt(this.#current.wrap, dataKey, `data_key:${dataKeyId}`)}`;
  }

  unwrap(dataKeyId: string, wrapped: string): Buffer {
    const [version, id = '', text] = wrapped.split('.');
    if (version !== 'w1' || text === undefined) throw new Error(`The data key ${dataKeyId} has an unknown format`);
    return decrypt(this.#find(id).wrap, text, `data_key:${dataKeyId}`);
  }

  isCurrent(wrapped: string): boolean {
    return wrapped.startsWith(`w1.${this.#current.id}.`);
  }

  knows(id: string): boolean {
    return this.#known.has(id);
  }

  /** The key that opens a record from before there were data keys. */
  direct(id: string): Buffer {
    return this.#find(id).direct;
  }
}
