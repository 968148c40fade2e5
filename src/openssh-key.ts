import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';

const string = (...parts: (Buffer | string)[]): Buffer =>
  Buffer.concat(
    parts.flatMap((part) => {
      const data = Buffer.from(part);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(data.length);
      return [length, data];
    }),
  );

/** An Ed25519 key in the format of OpenSSH, the only one in which ssh and ssh2 read it. */
export function openSshEd25519(key: KeyObject): string {
  const { x = '', d = '' } = key.export({ format: 'jwk' });
  const [open, secret] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')];
  const pair = Buffer.concat([Buffer.alloc(8), string('ssh-ed25519', open, Buffer.concat([secret, open]), '')]);
  const padding = Buffer.from(Array.from({ length: (8 - (pair.length % 8)) % 8 }, (_, index) => index + 1));
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    string('none', 'none', ''),
    Buffer.from([0, 0, 0, 1]),
    string(string('ssh-ed25519', open), Buffer.concat([pair, padding])),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** A new Ed25519 key, with the line that the other side is given. */
export function newSshKey(comment: string): { privateKey: string; publicKey: string } {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = privateKey.export({ format: 'jwk' });
  const blob = string('ssh-ed25519', Buffer.from(x, 'base64url'));
  return {
    privateKey: openSshEd25519(privateKey),
    publicKey: `ssh-ed25519 ${blob.toString('base64')} ${comment}`,
  };
}

/** The fingerprint of a public key, as ssh-keygen -l prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The same of a key as known_hosts and authorized_keys have it: its type, and itself in base64. */
export const fingerprintOfLine = (line: string): string =>
  fingerprintOf(Buffer.from(line.split(' ')[1] ?? '', 'base64'));
