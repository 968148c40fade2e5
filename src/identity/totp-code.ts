import { verify } from 'otplib';

/** What the sealed secret of an account's app belongs to. */
export const totpOwner = (userId: string): string => `totp:${userId}`;

/** The time step (RFC 6238) whose code this is, not more than one from now; undefined for a wrong code. */
export async function stepOf(secret: string, code: string, now = Date.now()): Promise<number | undefined> {
  // otplib throws for anything but six digits.
  if (!/^\d{6}$/.test(code)) return undefined;
  const result = await verify({ secret, token: code, epoch: Math.floor(now / 1000), epochTolerance: 30 });
  return result.valid && 'timeStep' in result ? result.timeStep : undefined;
}
