import { z } from 'zod';
import { displayName, publicName } from '../display-name.ts';
import { validationError } from '../errors.ts';
import { isCommonPassword } from './common-passwords.ts';

export const emailSchema = z
  .email()
  .max(254)
  .transform((value) => value.toLowerCase());

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

/** Six digits of the app, or a recovery code as it was shown; spaces, hyphens and case do not matter. */
export const secondFactorCode = z
  .string()
  .max(64)
  .transform((value) => value.replace(/[\s-]/g, '').toUpperCase())
  .refine((value) => /^(\d{6}|[A-Z2-7]{16})$/.test(value), 'must be six digits, or a recovery code');

/** What a person calls a passkey or an SSH key. */
export const deviceLabel = displayName(100);
