import {
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server';
import { z } from 'zod';
import type { Passkey, User } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { parse } from '../parse.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { emailSchema } from './fields.ts';
import { findToken, issueToken, takeToken } from './one-time-tokens.ts';
import { decoyCredential, relyingParty } from './relying-party.ts';
import { ticketEnded } from './second-step.ts';
import { openSession, type SignIn } from './sessions.ts';
import type { AccessTokens } from './tokens.ts';
import { authenticationResponse, challengeOf } from './webauthn-shapes.ts';

const challengeSeconds = 5 * 60;
export const beginInput = z.object({ email: emailSchema.nullish(), partialToken: z.string().max(200).nullish() });
export const finishInput = z.object({ response: authenticationResponse, email: emailSchema.nullish() });
const tokenData = z.object({ ticketId: z.string().nullable() });

export interface PasskeyRequest {
  publicKey: PublicKeyCredentialRequestOptionsJSON;
}

/**
 * The options for `navigator.credentials.get`: for any passkey of this installation, for those of an e-mail address, or,
 * as the second step of a sign-in, for those of the account of its ticket.
 */
export async function beginPasskeyLogin(app: App, given: unknown): Promise<PasskeyRequest> {
  const { email, partialToken } = parse(beginInput, given);
  const ticket = partialToken ? await findToken(app.db.prisma, 'second_factor', partialToken) : null;
  if (partialToken && !ticket?.userId) throw ticketEnded();
  const where = ticket?.userId ? { userId: ticket.userId } : { user: { email: email ?? '' } };
  const passkeys = email || ticket ? await app.db.prisma.passkey.findMany({ where, orderBy: { id: 'asc' } }) : [];
  const asked = passkeys.map((passkey) => ({ id: passkey.credentialId, transports: passkey.transports }));
  const allowCredentials = asked.length > 0 || !email ? asked : [decoyCredential(app.config, email)];
  // Bound to the account that was asked for; without one to none, since then any passkey may answer.
  const about = { ...(passkeys[0] ? { userId: passkeys[0].userId } : {}), data: { ticketId: ticket?.id ?? null } };
  const challenge = await issueToken(app.db.prisma, 'passkey_login', challengeSeconds, about);
  return {
    publicKey: await generateAuthenticationOptions({
      rpID: relyingParty(app.config).id,
      challenge,
      allowCredentials,
      userVerification: 'required',
      timeout: challengeSeconds * 1000,
    }),
  };
}

type Known = Passkey & { user: User };
type Assertion = z.infer<typeof authenticationResponse>;

/** Whether the passkey signed the challenge for this site, with its user verified; gives its new counter. */
async function verified(
  app: App,
  client: Client,
  passkey: Known,
  response: Assertion,
  challenge: string,
): Promise<{ counter: number; backedUp: boolean } | undefined> {
  const { id: rpId, origins } = relyingParty(app.config);
  try {
    const { verified: good, authenticationInfo: info } = await verifyAuthenticationResponse({
      response: {
        ...response,
        response: { ...response.response, userHandle: response.response.userHandle ?? undefined },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: origins,
      expectedRPID: rpId,
      requireUserVerification: true,
      // The counter is compared where it is stored, in one statement.
      credential: { id: passkey.credentialId, publicKey: new Uint8Array(passkey.publicKey), counter: 0 },
    });
    return good ? { counter: info.newCounter, backedUp: info.credentialBackedUp } : undefined;
  } catch (error) {
    app.log.info({ err: error, requestId: client.requestId }, 'A passkey sign-in was refused');
    return undefined;
  }
}

/** Advances the counter. A counter that does not increase means that the passkey was copied. */
async function moveCounter(tx: Tx, passkey: Known, counter: number, backupState: boolean): Promise<boolean> {
  const { count } = await tx.passkey.updateMany({
    where: { id: passkey.id, OR: [{ counter: { lt: counter } }, ...(counter === 0 ? [{ counter: 0 }] : [])] },
    data: { counter, backupState, lastUsedAt: new Date() },
  });
  return count === 1;
}

/** Signs in with a passkey: it proves possession and the person at once, so that no second step follows. */
export async function finishPasskeyLogin(
  app: App,
  tokens: AccessTokens,
  client: Client,
  given: unknown,
): Promise<SignIn> {
  const { response, email } = parse(finishInput, given);
  const { prisma } = app.db;
  const signed = challengeOf(response.response.clientDataJSON);
  const token = signed && (await takeToken(prisma, 'passkey_login', signed.token));
  const passkey = await prisma.passkey.findUnique({ where: { credentialId: response.id }, include: { user: true } });
  const fail = async (reason: string): Promise<never> => {
    await recordAccountFact(prisma, client, 'auth.login_failed', passkey?.user ?? { id: null, email: email ?? '' }, {
      reason,
    });
    throw new AppError('invalid_credentials', 'The passkey was not accepted; start the sign-in again');
  };
  if (!signed || !token) return fail('challenge');
  if (
    !passkey?.user ||
    passkey.user.deactivatedAt ||
    (token.userId && token.userId !== passkey.userId) ||
    (email && email !== passkey.user.email)
  )
    return fail('passkey');
  const { userHandle } = response.response;
  if (userHandle && Buffer.from(userHandle, 'base64url').toString() !== passkey.userId) return fail('passkey');
  const proof = await verified(app, client, passkey, response, signed.challenge);
  if (!proof) return fail('passkey');
  const { ticketId } = tokenData.parse(token.data);
  const signIn = await prisma.$transaction(async (tx) => {
    if (!(await moveCounter(tx, passkey, proof.counter, proof.backedUp))) return undefined;
    if (ticketId) {
      const { count } = await tx.oneTimeToken.updateMany({
        where: { id: ticketId, userId: passkey.userId, usedAt: null, expiresAt: { gt: new Date() } },
        data: { usedAt: new Date() },
      });
      if (count === 0) throw ticketEnded();
    }
    await recordAccountFact(tx, client, 'auth.login', passkey.user, { method: 'passkey', passkey: passkey.deviceName });
    return openSession(tx, app, tokens, passkey.user, client, { method: 'passkey', strong: true });
  });
  return signIn ?? fail('passkey_counter');
}
