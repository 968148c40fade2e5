import { createPrivateKey } from 'node:crypto';
import ssh2 from 'ssh2';
import { openSshEd25519 } from '../openssh-key.ts';

/** A key that can be used, or what is wrong with the text, as the end of a sentence that begins with the field. */
export type GivenKey = { key: string } | { problem: string };

// Of a file that holds more, such as the parameters of its curve, the key.
const armor = /-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----([\s\S]+?)-----END \1-----/;

/** The text with its line breaks: pasted, quoted and copied from JSON, keys lose them. */
function withLineBreaks(given: string): string {
  const text = given
    .replaceAll(/\\r|\r/g, '')
    .replaceAll('\\n', '\n')
    .trim()
    .replace(/^(["'])([\s\S]*)\1$/, '$2');
  const [, name, body = ''] = armor.exec(text) ?? [];
  // Headers, as in encrypted PEM keys, are told by their colon.
  if (name === undefined || body.includes(':')) return `${text.trim()}\n`;
  const lines = body.replaceAll(/\s+/g, '').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${name}-----\n${lines.join('\n')}\n-----END ${name}-----\n`;
}

/** A PKCS#8 key in a format that ssh2 reads. */
function fromPkcs8(text: string): string | undefined {
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'ed25519') return openSshEd25519(key);
    if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }).toString();
    if (key.asymmetricKeyType === 'ec') return key.export({ type: 'sec1', format: 'pem' }).toString();
    return undefined;
  } catch {
    return undefined;
  }
}

function isUsable(text: string): boolean {
  const parsed = ssh2.utils.parseKey(text);
  return !(parsed instanceof Error) && parsed.isPrivateKey();
}

/** Whether a key in the format of OpenSSH names a cipher other than none, or a key that stays in a security token. */
function openSshNotes(text: string): { encrypted: boolean; token: boolean } {
  const [, name, body = ''] = armor.exec(text) ?? [];
  if (name !== 'OPENSSH PRIVATE KEY') return { encrypted: false, token: false };
  const blob = Buffer.from(body.replaceAll(/\s+/g, ''), 'base64');
  const cipher = blob.subarray(19, 19 + 10).toString('latin1');
  return {
    encrypted: blob.length > 40 && !cipher.startsWith('none'),
    token: blob.includes('sk-ssh-') || blob.includes('sk-ecdsa-'),
  };
}

/** Reads a private key in every format that people have one in, or says what they have instead. */
export function readPrivateKey(given: string): GivenKey {
  const text = withLineBreaks(given);
  if (isUsable(text)) return { key: text };
  const problem = (words: string): GivenKey => ({ problem: words });
  const { encrypted, token } = openSshNotes(text);
  if (/^PuTTY-User-Key-File-/m.test(text))
    return problem('is a PuTTY key: convert it with puttygen KEY.ppk -O private-openssh -o KEY, and send that file');
  if (/^(?:ssh-|ecdsa-|sk-)\S+ +AAAA/m.test(text) || /BEGIN (?:SSH2 |RSA |EC )?PUBLIC KEY/.test(text))
    return problem('is a public key: send the private key, which is in the file without .pub');
  if (token) return problem('belongs to a security token (sk), which oCore cannot use: send another private key');
  if (encrypted || /ENCRYPTED/.test(text))
    return problem('is protected by a passphrase: remove it from a copy with ssh-keygen -p -N "" -f KEY');
  const converted = /BEGIN PRIVATE KEY/.test(text) ? fromPkcs8(text) : undefined;
  if (converted !== undefined && isUsable(converted)) return { key: converted };
  if (!armor.test(text))
    return problem(
      /BEGIN [A-Z0-9 ]*PRIVATE KEY/.test(text)
        ? 'is cut off: send the whole file, with its first and last line'
        : 'must be the text of a private key, from -----BEGIN to the end of its last line',
    );
  return problem('must be a private key of the type Ed25519, ECDSA or RSA in the format of OpenSSH, PEM or PKCS#8');
}
