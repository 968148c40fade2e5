import {
  generateRegistrationOptions,
  verifyRegistrationResponse,
  type PublicKeyCredentialCreationOptionsJSON,
} from '@simplewebauthn/server';
import { z } from 'zod';
import type { Passkey } from '../../prisma/generated/client/client.ts';
import { type Access, requirePerson } from '../access/access.ts';
import type { App } from '../app.ts';
import { uniqueViolation } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { parse } from '../parse.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { deviceLabel } from './fields.ts';
import { issueToken, takeToken } from './one-time-tokens.ts';
import { requireRecent } from './recent.ts';
import { relyingParty } from './relying-party.ts';
import { notifyAccount } from './security-notice.ts';
import { challengeOf, registrationResponse } from './webauthn-shapes.ts';

const challengeSeconds = 5 * 60;
const maxPasskeys = 20;
/** EdDSA, ES256 and RS256: what authenticators make, and every Node checks. */
const algorithms = [-8, -7, -257];

export const beginInput = z.object({ deviceName: deviceLabel.nullish(), password: z.string().max(256).nullish() });
export const finishInput = z.object({ response: registrationResponse, deviceName: deviceLabel.nullish() });
const tokenData = z.object({ sessionId: z.string(), deviceName: z.string().nullable() });

export interface PasskeyCreation {
  publicKey: PublicKeyCredentialCreationOptionsJSON;
}

/** The options for `navigator.credentials.create`. Their challenge is good once, for this session. */
export async function beginPasskeyRegistration(
  app: App,
  access: Access,
  client: Client,
  given: unknown,
): Promise<PasskeyCreation> {
  const input = parse(beginInput, given);
  const { sessionId } = requirePerson(access);
  const user = await requireRecent(app, access, client, input);
  const known = await app.db.prisma.passkey.findMany({ where: { userId: user.id } });
  if (known.length >= maxPasskeys)
    throw new AppError('conflict', `An account has at most ${maxPasskeys} passkeys; remove one first`, {
      constraint: 'max',
      max: maxPasskeys,
    });
  const challenge = await issueToken(app.db.prisma, 'passkey_registration', challengeSeconds, {
    userId: user.id,
    data: { sessionId, deviceName: input.deviceName ?? null },
  });
  const publicKey = await generateRegistrationOptions({
    rpName: 'oCore',
    rpID: relyingParty(app.config).id,
    userID: new Uint8Array(Buffer.from(user.id)),
    userName: user.email,
    userDisplayName: user.name,
    challenge,
    timeout: challengeSeconds * 1000,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
    excludeCredentials: known.map((passkey) => ({ id: passkey.credentialId, transports: passkey.transports })),
  });
  return { publicKey };
}

const refused = (): AppError =>
  new AppError('bad_request', 'The passkey was not accepted; start the registration again', { field: 'response' });

/** Keeps the passkey that the browser made. */
export async function finishPasskeyRegistration(
  app: App,
  access: Access,
  client: Client,
  given: unknown,
): Promise<Passkey> {
  const { response, deviceName } = parse(finishInput, given);
  const { userId, sessionId } = requirePerson(access);
  const signed = challengeOf(response.response.clientDataJSON);
  const token = signed && (await takeToken(app.db.prisma, 'passkey_registration', signed.token));
  const data = token && tokenData.parse(token.data);
  if (!signed || !data || token.userId !== userId || data.sessionId !== sessionId) throw refused();
  const { id: rpId, origins } = relyingParty(app.config);
  const { registrationInfo: info } = await verifyRegistrationResponse({
    response: { ...response, clientExtensionResults: {} },
    expectedChallenge: signed.challenge,
    expectedOrigin: origins,
    expectedRPID: rpId,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  }).catch((error: unknown) => {
    app.log.info({ err: error, requestId: client.requestId }, 'A passkey registration was refused');
    throw refused();
  });
  if (!info) throw refused();
  try {
    return await app.db.prisma.$transaction(async (tx) => {
      const passkey = await tx.passkey.create({
        data: {
          id: newId(),
          userId,
          credentialId: info.credential.id,
          publicKey: info.credential.publicKey,
          counter: info.credential.counter,
          transports: response.response.transports ?? [],
          deviceName: deviceName ?? data.deviceName ?? 'Passkey',
          backupEligible: info.credentialDeviceType === 'multiDevice',
          backupState: info.credentialBackedUp,
        },
        include: { user: true },
      });
      await recordAccountFact(tx, client, 'auth.passkey_registered', passkey.user, { passkey: passkey.deviceName });
      await notifyAccount(tx, app, passkey.user, client, 'A passkey was added', passkey.deviceName);
      return passkey;
    });
  } catch (error) {
    if (uniqueViolation(error) === undefined) throw error;
    throw new AppError('conflict', 'This passkey is already registered', { field: 'response', constraint: 'unique' });
  }
}
