import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Config } from '../config.ts';

/** The token that a page must send back in X-CSRF-Token: made from the session, so another session's token is useless. */
export function csrfTokenOf(config: Pick<Config, 'SSH_ENCRYPTION_KEY'>, sessionId: string): string {
  const key = Buffer.from(hkdfSync('sha256', config.SSH_ENCRYPTION_KEY, 'ocore-csrf', 'hmac', 32));
  return createHmac('sha256', key).update(sessionId).digest('base64url');
}

export function isCsrfToken(
  config: Pick<Config, 'SSH_ENCRYPTION_KEY'>,
  sessionId: string,
  given: string | null,
): boolean {
  const expected = Buffer.from(csrfTokenOf(config, sessionId));
  const actual = Buffer.from(given ?? '');
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
