import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { hashRaw } from '@node-rs/argon2';
import { type Identity, type Recipient, Stanza } from 'age-encryption';
import { z } from 'zod';
import { BackupError } from './backup-error.ts';

/**
 * How the key of a file is wrapped by a passphrase: a stanza in the readable header of the age format,
 * `-> ocore.sh/argon2id <salt> m=<KiB>,t=<passes>,p=<lanes>`, whose body is nonce|ciphertext|tag of AES-256-GCM.
 */
const stanzaType = 'ocore.sh/argon2id';
const cipher = 'aes-256-gcm';

/** RFC 9106, second recommendation. */
const today = { memoryCost: 65536, timeCost: 3, parallelism: 4 };

/** What a header may ask for: it is read before anything proves where it comes from. */
const costs = z.object({
  m: z.coerce.number().int().min(8192).max(1_048_576),
  t: z.coerce.number().int().min(1).max(20),
  p: z.coerce.number().int().min(1).max(16),
});

const keyOf = (passphrase: string, salt: Buffer, options: typeof today): Promise<Buffer> =>
  hashRaw(passphrase.normalize('NFKC'), { ...options, salt, outputLen: 32 });

export class PassphraseRecipient implements Recipient {
  readonly #passphrase: string;

  constructor(passphrase: string) {
    this.#passphrase = passphrase;
  }

  async wrapFileKey(fileKey: Uint8Array): Promise<Stanza[]> {
    const salt = randomBytes(16);
    const { memoryCost, timeCost, parallelism } = today;
    const args = [stanzaType, salt.toString('base64url'), `m=${memoryCost},t=${timeCost},p=${parallelism}`];
    const nonce = randomBytes(12);
    const seal = createCipheriv(cipher, await keyOf(this.#passphrase, salt, today), nonce);
    seal.setAAD(Buffer.from(args.join(' ')));
    const body = Buffer.concat([nonce, seal.update(fileKey), seal.final(), seal.getAuthTag()]);
    return [new Stanza(args, body)];
  }
}

export class PassphraseIdentity implements Identity {
  readonly #passphrase: string;

  constructor(passphrase: string) {
    this.#passphrase = passphrase;
  }

  async unwrapFileKey(stanzas: Stanza[]): Promise<Uint8Array | null> {
    const stanza = stanzas.find(({ args }) => args[0] === stanzaType);
    if (!stanza) return null;
    const [, salt = '', text = ''] = stanza.args;
    const cost = costs.safeParse(Object.fromEntries(text.split(',').map((part) => part.split('='))));
    const body = Buffer.from(stanza.body);
    if (!cost.success || body.length !== 12 + 16 + 16)
      throw new BackupError('The header of the backup is damaged, or a newer oCore wrote it');
    const { m, t, p } = cost.data;
    const options = { memoryCost: m, timeCost: t, parallelism: p };
    const key = await keyOf(this.#passphrase, Buffer.from(salt, 'base64url'), options);
    const open = createDecipheriv(cipher, key, body.subarray(0, 12), { authTagLength: 16 });
    open.setAAD(Buffer.from(stanza.args.join(' ')));
    open.setAuthTag(body.subarray(-16));
    try {
      return Buffer.concat([open.update(body.subarray(12, -16)), open.final()]);
    } catch {
      throw new BackupError('The passphrase is wrong (or the header of the backup was altered)');
    }
  }
}
