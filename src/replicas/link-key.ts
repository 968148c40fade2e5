import { generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';

/** Parts of a certificate as ASN.1 writes them down. */
function part(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
const sequence = (...contents: readonly Buffer[]): Buffer => part(0x30, ...contents);
const timeOf = (text: string): Buffer => part(0x18, Buffer.from(text));

/** id-Ed25519, and the attribute commonName. */
const ed25519 = sequence(part(0x06, Buffer.from([0x2b, 0x65, 0x70])));
const commonName = part(0x06, Buffer.from([0x55, 0x04, 0x03]));

/**
 * A key with a certificate that is its own authority, as PEM: both ends of one connection have it and trust nothing else.
 * It has no end: the end is that of the replica, or a rebuild, which makes another.
 */
export function newLinkKey(name: string): string {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const subject = sequence(part(0x31, sequence(commonName, part(0x0c, Buffer.from(name)))));
  const serial = randomBytes(16);
  serial[0] = (serial.readUInt8(0) & 0x3f) | 0x40;
  const facts = sequence(
    part(0xa0, part(0x02, Buffer.from([2]))),
    part(0x02, serial),
    ed25519,
    subject,
    sequence(timeOf('20200101000000Z'), timeOf('99991231235959Z')),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = part(0x03, Buffer.from([0]), sign(null, facts, privateKey));
  const certificate = new X509Certificate(sequence(facts, ed25519, signature));
  return `${privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()}${certificate.toString()}`;
}
