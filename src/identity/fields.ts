import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { displayName, publicName } from '../display-name.ts';
import { validationError } from '../errors.ts';
import { isCommonPassword } from './common-passwords.ts';

/** The part before the @, as RFC 5321 writes it without quotes. Plain ASCII: other letters may become these in lower case. */
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;

/** The name of a mail domain, as IDNA writes it: with a dot, and with a last part that no address of a machine has. */
const domainName = /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/** The one spelling of an e-mail address under which an account is known; undefined for what is none. */
function canonicalEmail(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(0, at));
  const domain = domainToASCII(text.slice(at + 1));
  const email = `${local}@${domain}`.toLowerCase();
  return local.length <= 64 && email.length <= 254 && localPart.test(local) && domainName.test(domain)
    ? email
    : undefined;
}

/** An e-mail address, also one of an international domain, and with the spaces that come with copying. */
export const emailSchema = z
  .email({ pattern: /@/ })
  .max(254)
  .transform((value, context) => {
    const email = canonicalEmail(value.trim());
    if (email !== undefined) return email;
    context.issues.push({ code: 'invalid_format', format: 'email', input: value, message: 'Invalid email address' });
    return z.NEVER;
  });

export const personName = publicName(100);

/** What a new password must be like. */
export const newPassword = z
  .string()
  .min(8)
  .max(256)
  .regex(/\p{L}/u, 'needs at least one letter')
  .regex(/\d/, 'needs at least one number')
  .refine((password) => !isCommonPassword(password), {
    message: 'is a common password; choose another one',
    params: { constraint: 'common' },
  });

/** Refuses a password that anyone who knows the person would try. */
export function requireImpersonal(password: string, person: { email: string; name: string }): void {
  const plain = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s/g, '');
  const known = [person.email, person.email.split('@')[0] ?? '', person.name].map(plain);
  if (known.includes(plain(password))) {
    throw validationError([
      {
        field: 'password',
        constraint: 'common',
        message: 'password: is the same as the name or the e-mail address; choose another one',
      },
    ]);
  }
}

/** Six digits of the app, or a recovery code as it was shown; spaces, hyphens, case and the width of the digits do not matter. */
export const secondFactorCode = z
  .string()
  .max(64)
  .transform((value) =>
    value
      .normalize('NFKC')
      .replace(/[\s\p{Pd}\p{Cf}]/gu, '')
      .toUpperCase(),
  )
  .refine((value) => /^(\d{6}|[A-Z2-7]{16})$/.test(value), 'must be six digits, or a recovery code');

/** What a person calls a passkey or an SSH key. */
export const deviceLabel = displayName(100);
