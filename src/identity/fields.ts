import { z } from 'zod';

export const emailSchema = z.email().max(254).transform((value) => value.toLowerCase());

export const personName = z.string().trim().min(1).max(100);

/** What a new password must be like. */
export const newPassword = z
  .string()
  .min(8)
  .max(256)
  .regex(/\p{L}/u, 'needs at least one letter')
  .regex(/\d/, 'needs at least one number');

/** Six digits of the app, or a recovery code as it was shown; spaces, hyphens and case do not matter. */
export const secondFactorCode = z
  .string()
  .max(64)
  .transform((value) => value.replace(/[\s-]/g, '').toUpperCase())
  .refine((value) => /^(\d{6}|[A-Z2-7]{16})$/.test(value), 'must be six digits, or a recovery code');

/** What a person calls a passkey or an SSH key. */
export const deviceLabel = z.string().trim().min(1).max(100);
