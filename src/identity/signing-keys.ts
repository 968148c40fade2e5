import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { PrismaClient } from '../db.ts';
import type { SecretBox } from '../secrets/box.ts';

export interface SigningKeys {
  kid: string;
  privateKey: CryptoKey;
  /** Every key that a living token may have been signed with. */
  publicKeys: ReadonlyMap<string, CryptoKey>;
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, 'EdDSA');
  if (key instanceof Uint8Array) throw new Error('A signing key has the wrong type');
  return key;
}

/** Loads the signing keys, making the first one; all processes of one database share them. */
export async function loadSigningKeys(prisma: PrismaClient, secrets: SecretBox): Promise<SigningKeys> {
  await prisma.$transaction(async (tx) => {
    // Two processes may start at once on an empty database: one makes the key, the other waits and finds it.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(72707370)`;
    if ((await tx.signingKey.count({ where: { retiredAt: null } })) > 0) return;
    const pair = await generateKeyPair('EdDSA', { extractable: true });
    const publicJwk = await exportJWK(pair.publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    await tx.signingKey.create({
      data: { kid, publicJwk: JSON.parse(JSON.stringify(publicJwk)), privateKeyEnc: secrets.seal(JSON.stringify(await exportJWK(pair.privateKey)), `signing_key:${kid}`) },
    });
  });
  const rows = await prisma.signingKey.findMany({ where: { retiredAt: null }, orderBy: { createdAt: 'desc' } });
  const newest = rows[0];
  if (!newest) throw new Error('There is no signing key');
  const publicKeys = new Map<string, CryptoKey>();
  for (const row of rows) publicKeys.set(row.kid, await importKey(JSON.parse(JSON.stringify(row.publicJwk))));
  return { kid: newest.kid, publicKeys, privateKey: await importKey(JSON.parse(await secrets.open(newest.privateKeyEnc, `signing_key:${newest.kid}`))) };
}
