import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { Tx } from '../database/database.ts';
import type { SecretBox } from '../secrets/box.ts';

export const auditKeyOwner = (id: string): string => `audit_key:${id}`;

/** What an anchor says; `kind` is `daily` for the end of a chain, `cut` for where it begins. */
export interface AnchorClaim {
  chain: string;
  kind: string;
  seq: bigint;
  hash: Uint8Array;
  createdAt: Date;
}

/** What is signed, line by line. */
export const signedText = ({ chain, kind, seq, hash, createdAt }: AnchorClaim): string =>
  ['ocore-audit-anchor-v1', chain, kind, String(seq), Buffer.from(hash).toString('hex'), createdAt.toISOString()].join(
    '\n',
  );

export interface SigningKey {
  id: string;
  privateKey: string;
}

/** The id of a public key (PEM): the beginning of the hash of its DER. */
export function keyIdOf(publicKey: string): string {
  const der = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}

/** The public key (PEM) of a private one. */
export const publicOf = (privateKey: string): string =>
  String(createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'pem' }));

/** The newest key, or the first one, in a transaction that holds the position of the seals: two would make two. */
export async function signingKey(tx: Tx, secrets: SecretBox): Promise<SigningKey> {
  const known = await tx.auditKey.findFirst({ orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] });
  if (known) return { id: known.id, privateKey: await secrets.open(known.privateKeyEnc, auditKeyOwner(known.id)) };
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const id = keyIdOf(publicKey);
  await tx.auditKey.create({ data: { id, publicKey, privateKeyEnc: secrets.seal(privateKey, auditKeyOwner(id)) } });
  return { id, privateKey };
}

export const signatureOf = (key: SigningKey, claim: AnchorClaim): string =>
  sign(null, Buffer.from(signedText(claim)), key.privateKey).toString('base64');

export const isSigned = (publicKey: string, claim: AnchorClaim, signature: string): boolean =>
  verify(null, Buffer.from(signedText(claim)), publicKey, Buffer.from(signature, 'base64'));
