import { z } from 'zod';

const base64url = z
  .string()
  .max(64 * 1024)
  .regex(/^[A-Za-z0-9_-]*$/, 'must be base64url');
const credentialId = base64url.min(1).max(1400);
const common = { id: credentialId, rawId: credentialId, type: z.literal('public-key') };

/** `PublicKeyCredential.toJSON()` of a new passkey; what else a browser sends along is not needed. */
export const registrationResponse = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.string().max(32)).max(10).optional(),
  }),
});

/** `PublicKeyCredential.toJSON()` of a sign-in. */
export const authenticationResponse = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.nullish(),
  }),
});

const clientData = z.object({ challenge: base64url });

/** The challenge that the browser signed. It is our one-time token; undefined for what is none. */
export function challengeOf(clientDataJson: string): { challenge: string; token: string } | undefined {
  try {
    const { challenge } = clientData.parse(JSON.parse(Buffer.from(clientDataJson, 'base64url').toString('utf8')));
    return { challenge, token: Buffer.from(challenge, 'base64url').toString('utf8') };
  } catch {
    return undefined;
  }
}
