import { createPublicKey } from 'node:crypto';
import { AppError } from '../errors.ts';
import { fingerprintOf } from '../openssh-key.ts';

export interface SshPublicKey {
  /** `<type> <base64>`, without the comment. */
  publicKey: string;
  keyType: string;
  /** As `ssh-keygen -lf` shows it. */
  fingerprint: string;
  comment: string;
  warning: string | null;
}

const curves: Readonly<Record<string, { name: string; jwk: string; bytes: number }>> = {
  'ecdsa-sha2-nistp256': { name: 'nistp256', jwk: 'P-256', bytes: 32 },
  'ecdsa-sha2-nistp384': { name: 'nistp384', jwk: 'P-384', bytes: 48 },
  'ecdsa-sha2-nistp521': { name: 'nistp521', jwk: 'P-521', bytes: 66 },
  'sk-ecdsa-sha2-nistp256@openssh.com': { name: 'nistp256', jwk: 'P-256', bytes: 32 },
};
const types = ['ssh-ed25519', 'ssh-rsa', 'sk-ssh-ed25519@openssh.com', ...Object.keys(curves)];

function refuse(message: string, constraint: string): never {
  throw new AppError('validation_error', `publicKey: ${message}`, { field: 'publicKey', constraint });
}

/** The length-prefixed fields of a key (RFC 4253 6.6), or undefined when they do not fill it exactly. */
function fieldsOf(blob: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  for (let at = 0; at < blob.length; ) {
    if (at + 4 > blob.length) return undefined;
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return undefined;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function bitsOf(number: Buffer): number {
  return number.length === 0 ? 0 : BigInt(`0x${number.toString('hex')}`).toString(2).length;
}

function checkRsa([exponent, modulus, ...rest]: Buffer[]): string | null {
  if (!exponent || !modulus || rest.length > 0 || bitsOf(exponent) < 2 || ((exponent.at(-1) ?? 0) & 1) === 0)
    refuse('is not a valid RSA key', 'format');
  const bits = bitsOf(modulus);
  if (bits < 2048)
    refuse(`an RSA key of ${bits} bits is too weak; use ed25519, or RSA with at least 3072 bits`, 'weak_key');
  if (bits > 16384) refuse('an RSA key has at most 16384 bits', 'max');
  return bits < 3072 ? `RSA with ${bits} bits is weak; ed25519 or RSA with at least 3072 bits is better` : null;
}

function checkCurvePoint(curve: { name: string; jwk: string; bytes: number }, [name, point]: Buffer[]): void {
  if (name?.toString() !== curve.name || point?.length !== 1 + 2 * curve.bytes || point[0] !== 4)
    refuse('is not a valid ECDSA key', 'format');
  const coordinate = (from: number): string => point.subarray(from, from + curve.bytes).toString('base64url');
  try {
    createPublicKey({
      format: 'jwk',
      key: { kty: 'EC', crv: curve.jwk, x: coordinate(1), y: coordinate(1 + curve.bytes) },
    });
  } catch {
    refuse('is not a point of its curve', 'format');
  }
}

/** Reads one line of an OpenSSH public key, and refuses what is broken or too weak. */
export function parseSshPublicKey(line: string): SshPublicKey {
  if (line.includes('PRIVATE KEY'))
    refuse(
      'this is a private key, which must stay secret; send the public key, from the file that ends in .pub',
      'private_key',
    );
  const [, keyType = '', base64 = '', comment = ''] =
    /^\s*(\S+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t]+([^\r\n]*?))?\s*$/.exec(line) ?? [];
  if (keyType === 'ssh-dss') refuse('DSA keys are too weak; use ed25519', 'weak_key');
  if (!types.includes(keyType))
    refuse(`must be one OpenSSH line that begins with one of ${types.join(', ')}`, 'format');
  const blob = Buffer.from(base64, 'base64');
  const [type, ...fields] = fieldsOf(blob) ?? [];
  // What is kept is what was checked: one spelling of one key.
  if (type?.toString() !== keyType || blob.toString('base64') !== base64)
    refuse('is damaged: its content does not match its type', 'format');
  const isSk = keyType.startsWith('sk-');
  const curve = curves[keyType];
  let warning: string | null = null;
  if (keyType === 'ssh-rsa') warning = checkRsa(fields);
  else if (curve) checkCurvePoint(curve, fields);
  else if (fields[0]?.length !== 32) refuse('is not a valid ed25519 key', 'format');
  if (keyType !== 'ssh-rsa' && fields.length !== (curve ? 2 : 1) + (isSk ? 1 : 0))
    refuse('is damaged: it has the wrong number of parts for its type', 'format');
  const fingerprint = fingerprintOf(blob);
  return { publicKey: `${keyType} ${base64}`, keyType, fingerprint, comment, warning };
}
