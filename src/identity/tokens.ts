import { createHash, randomBytes } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { SigningKeys } from './signing-keys.ts';

const issuer = 'ocore';
const audience = 'ocore-api';
const claims = z.object({ sub: z.uuid(), sid: z.uuid(), exp: z.number() });

export type TokenClaims = z.infer<typeof claims>;

export function newRefreshToken(): { token: string; hash: string } {
  const token = `ocore_r_${randomBytes(32).toString('base64url')}`;
  return { token, hash: hashToken(token) };
}

/** Tokens are long and random, so a plain digest keeps them safe at rest. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export const tokenExpired = (): AppError =>
  new AppError('token_expired', 'The access token has expired; get a new one with the refresh token');

/** Signs and checks access tokens (Ed25519, RFC 9068's `at+jwt`). Whether the session is still valid is checked elsewhere. */
export class AccessTokens {
  readonly #keys: SigningKeys;
  readonly #lifetime: number;
  /** Signatures that were checked before: the check is the dearest part of a small request. */
  readonly #checked = new Map<string, { claims: TokenClaims; kid: string }>();

  constructor(keys: SigningKeys, lifetimeSeconds: number) {
    this.#keys = keys;
    this.#lifetime = lifetimeSeconds;
  }

  get lifetime(): number {
    return this.#lifetime;
  }

  get keys(): SigningKeys {
    return this.#keys;
  }

  /** `actor` is the administrator who works on behalf of the person (RFC 8693 4.1). */
  issue(userId: string, sessionId: string, short?: { seconds: number; actor: string }): Promise<string> {
    const { kid, privateKey } = this.#keys.current;
    return new SignJWT({ sid: sessionId, ...(short ? { act: { sub: short.actor } } : {}) })
      .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'at+jwt' })
      .setSubject(userId)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${short?.seconds ?? this.#lifetime}s`)
      .sign(privateKey);
  }

  async verify(token: string): Promise<TokenClaims> {
    const known = this.#checked.get(token);
    if (known) {
      if (known.claims.exp * 1000 > Date.now() && this.#keys.isInUse(known.kid)) return known.claims;
      this.#checked.delete(token);
    }
    try {
      const { payload, protectedHeader } = await jwtVerify(
        token,
        async (header) => {
          const key = await this.#keys.publicKey(header.kid ?? '');
          if (!key) throw new errors.JWKSNoMatchingKey();
          return key;
        },
        { issuer, audience, algorithms: ['EdDSA'], typ: 'at+jwt' },
      );
      const parsed = claims.parse(payload);
      if (this.#checked.size >= 10_000) this.#checked.clear();
      this.#checked.set(token, { claims: parsed, kid: protectedHeader.kid ?? '' });
      return parsed;
    } catch (error) {
      // That the keys could not be read says nothing about the token.
      if (!(error instanceof errors.JOSEError || error instanceof z.ZodError)) throw error;
      if (error instanceof errors.JWTExpired) throw tokenExpired();
      throw new AppError('unauthenticated', 'The access token is not valid');
    }
  }
}
