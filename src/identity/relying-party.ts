import { createHmac, hkdfSync } from 'node:crypto';
import type { Config } from '../config.ts';

/** This installation as WebAuthn knows it. */
export interface RelyingParty {
  id: string;
  origins: string[];
}

export function relyingParty(config: Pick<Config, 'APP_URL' | 'PASSKEY_ORIGINS'>): RelyingParty {
  const url = new URL(config.APP_URL);
  // An IP address cannot have passkeys; a browser on this machine calls it localhost.
  if (url.hostname === '127.0.0.1') url.hostname = 'localhost';
  return { id: url.hostname, origins: [url.origin, ...config.PASSKEY_ORIGINS] };
}

/** A passkey that nobody has, always the same for an address: what it is asked for does not tell whether it has an account. */
export function decoyCredential(
  config: Pick<Config, 'SSH_ENCRYPTION_KEY'>,
  email: string,
): { id: string; transports: string[] } {
  const key = Buffer.from(hkdfSync('sha256', config.SSH_ENCRYPTION_KEY, 'ocore-passkey-decoy', '', 32));
  return { id: createHmac('sha256', key).update(email).digest('base64url'), transports: ['internal', 'hybrid'] };
}
