import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { z } from 'zod';
import type { PrismaClient, Tx } from '../database/database.ts';
import { lockNumbers } from '../database/lock-numbers.ts';
import { type EventHub, notify } from '../events/hub.ts';
import type { SecretBox } from '../secrets/box.ts';

const publicJwk = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() });

export const signingKeyOwner = (kid: string): string => `signing_key:${kid}`;

/** How often an unknown key id may make a process look at the database. */
const lookAgainMs = 1000;

interface PublicKey {
  key: CryptoKey;
  jwk: z.infer<typeof publicJwk>;
  retiredAt: Date | null;
}

interface Keys {
  kid: string;
  privateKey: CryptoKey;
  publicKeys: ReadonlyMap<string, PublicKey>;
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, 'EdDSA');
  if (key instanceof Uint8Array) throw new Error('A signing key has the wrong type');
  return key;
}

async function makeKey(tx: Tx, secrets: SecretBox): Promise<string> {
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = publicJwk.parse(await exportJWK(pair.publicKey));
  const kid = await calculateJwkThumbprint(jwk);
  await tx.signingKey.create({
    data: {
      kid,
      publicJwk: jwk,
      privateKeyEnc: secrets.seal(JSON.stringify(await exportJWK(pair.privateKey)), signingKeyOwner(kid)),
    },
  });
  return kid;
}

/** Two processes may come at once: one makes the key, the other waits and finds it. */
const lockKeys = (tx: Tx): Promise<number> => tx.$executeRaw`SELECT pg_advisory_xact_lock(${lockNumbers.signingKeys})`;

/** A key signs until a newer one is made, and verifies until `retiredAt`. */
const inUse = () => ({ OR: [{ retiredAt: null }, { retiredAt: { gt: new Date() } }] });

async function readKeys(prisma: PrismaClient, secrets: SecretBox): Promise<Keys> {
  const rows = await prisma.signingKey.findMany({ where: inUse(), orderBy: { createdAt: 'desc' } });
  const newest = rows.find((row) => row.retiredAt === null);
  if (!newest) throw new Error('No signing key exists');
  const publicKeys = new Map<string, PublicKey>();
  for (const row of rows) {
    const jwk = publicJwk.parse(row.publicJwk);
    publicKeys.set(row.kid, { jwk, key: await importKey(jwk), retiredAt: row.retiredAt });
  }
  return {
    kid: newest.kid,
    publicKeys,
    privateKey: await importKey(JSON.parse(await secrets.open(newest.privateKeyEnc, signingKeyOwner(newest.kid)))),
  };
}

/** The keys of access tokens, shared by all processes of one database; follows when they are rotated. */
export class SigningKeys {
  readonly #read: () => Promise<Keys>;
  #keys: Keys;
  #readAt = Date.now();
  #reading: Promise<void> | undefined;

  private constructor(read: () => Promise<Keys>, keys: Keys) {
    this.#read = read;
    this.#keys = keys;
  }

  /** Loads the keys, making the first one. */
  static async load(prisma: PrismaClient, secrets: SecretBox): Promise<SigningKeys> {
    await prisma.$transaction(async (tx) => {
      await lockKeys(tx);
      if ((await tx.signingKey.count({ where: { retiredAt: null } })) === 0) await makeKey(tx, secrets);
    });
    const read = () => readKeys(prisma, secrets);
    return new SigningKeys(read, await read());
  }

  /** Reads the keys again whenever they change; a failure is made up for by the next unknown key id. */
  follow(events: EventHub): () => void {
    return events.on('keys', () => {
      this.#refresh().catch(() => {});
    });
  }

  get current(): { kid: string; privateKey: CryptoKey } {
    return this.#keys;
  }

  async publicKey(kid: string): Promise<CryptoKey | undefined> {
    if (!this.#keys.publicKeys.has(kid) && Date.now() - this.#readAt >= lookAgainMs) await this.#refresh();
    return this.#inUse(kid)?.key;
  }

  /** Whether the key verifies still, as far as this process knows. */
  isInUse(kid: string): boolean {
    return this.#inUse(kid) !== undefined;
  }

  #inUse(kid: string): PublicKey | undefined {
    const known = this.#keys.publicKeys.get(kid);
    return known && (known.retiredAt === null || known.retiredAt > new Date()) ? known : undefined;
  }

  /** RFC 7517, for whoever checks access tokens by themselves. */
  jwks(): { keys: Record<string, string>[] } {
    return { keys: [...this.#keys.publicKeys].map(([kid, { jwk }]) => ({ ...jwk, kid, alg: 'EdDSA', use: 'sig' })) };
  }

  #refresh(): Promise<void> {
    this.#readAt = Date.now();
    this.#reading ??= this.#read()
      .then((keys) => {
        this.#keys = keys;
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }
}

/**
 * Makes a new signing key, which every running process takes up at once. The older ones verify on for `seconds`, in which
 * the last tokens that they signed end: nobody is signed out.
 */
export function rotateSigningKey(prisma: PrismaClient, secrets: SecretBox, seconds: number): Promise<string> {
  return prisma.$transaction(async (tx) => {
    await lockKeys(tx);
    await tx.signingKey.updateMany({
      where: { retiredAt: null },
      data: { retiredAt: new Date(Date.now() + seconds * 1000) },
    });
    const kid = await makeKey(tx, secrets);
    await notify(tx, ['keys']);
    return kid;
  });
}
