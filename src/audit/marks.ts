import { createHash, hkdfSync, timingSafeEqual } from 'node:crypto';

interface MarkKey {
  id: string;
  key: Buffer;
}

function derive(secret: string): MarkKey {
  const bytes = (info: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, 'ocore-audit', info, length));
  return { id: bytes('mark-key-id', 6).toString('base64url'), key: bytes('mark', 32) };
}

const sha256 = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

/** `unknown`: it was made with a key that this process does not know. */
export type MarkVerdict = 'ours' | 'missing' | 'wrong' | 'unknown';

/**
 * The marks by which the program knows the entries that it wrote. A trigger makes them with the key of the session
 * (`setting`), which is derived from the key of the environment: who inserts a row at the database does not have it.
 */
export class Marks {
  readonly #current: MarkKey;
  readonly #known: ReadonlyMap<string, Buffer>;

  constructor(current: string, previous: readonly string[] = []) {
    this.#current = derive(current);
    this.#known = new Map([...previous.map(derive), this.#current].map(({ id, key }) => [id, key]));
  }

  /** What the sessions of the program have as `ocore.audit_key`. */
  get setting(): string {
    return `${this.#current.id}:${this.#current.key.toString('hex')}`;
  }

  check(mark: string | null, digest: Buffer): MarkVerdict {
    if (mark === null) return 'missing';
    const [id = '', text = ''] = mark.split(':');
    const key = this.#known.get(id);
    if (!key) return 'unknown';
    const given = Buffer.from(text, 'hex');
    const wanted = sha256(key, sha256(key, digest));
    return given.length === wanted.length && timingSafeEqual(given, wanted) ? 'ours' : 'wrong';
  }
}
