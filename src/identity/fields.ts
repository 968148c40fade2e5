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
