import { generateSecret, generateURI } from 'otplib';
import { toString as qrCode } from 'qrcode';
import { z } from 'zod';
import type { User } from '../../prisma/generated/client/client.ts';
import { type Access, requirePerson } from '../access/access.ts';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { AppError, invalidState } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { parse } from '../parse.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { secondFactorCode } from './fields.ts';
import { requireRecent } from './recent.ts';
import { getAccount } from './profile.ts';
import { replaceRecoveryCodes } from './recovery-codes.ts';
import { takeCode, takeTotpCode } from './second-factor.ts';
import { notifyAccount } from './security-notice.ts';
import { totpOwner } from './totp-code.ts';

export interface TotpSetup {
  secret: string;
  otpauthUri: string;
  qrSvg: string;
}

export const codeInput = z.object({ code: secondFactorCode });
const wrongCode = (): AppError =>
  new AppError('invalid_credentials', 'The code is wrong or was already used', { field: 'code' });

/** Begins the enrolment of an app. It is in force once `enableTotp` was given one of its codes. */
export async function setUpTotp(
  app: App,
  access: Access,
  client: Client,
  given: { password?: string | null | undefined },
): Promise<TotpSetup> {
  const user = await requireRecent(app, access, client, given);
  const secret = generateSecret();
  const { count } = await app.db.prisma.user.updateMany({
    where: { id: user.id, totpEnabledAt: null },
    data: { totpSecretEnc: app.secrets.seal(secret, totpOwner(user.id)), totpLastStep: null },
  });
  if (count === 0) throw invalidState('two-factor authentication', 'on', ['off']);
  const otpauthUri = generateURI({ issuer: 'oCore', label: user.email, secret });
  return { secret, otpauthUri, qrSvg: await qrCode(otpauthUri, { type: 'svg' }) };
}

async function ownAccount(app: App, access: Access): Promise<{ user: User; sessionId: string }> {
  const { userId, sessionId } = requirePerson(access);
  return { user: await getAccount(app, userId), sessionId };
}

/** Does `work` when the code is right, and nothing when it is not. */
async function withCode<T>(
  app: App,
  client: Client,
  user: User,
  take: (tx: Tx) => Promise<boolean>,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const attempt = await app.limits.countAttempt('second_factor', user.id);
  const outcome = await app.db.prisma.$transaction(async (tx) =>
    (await take(tx)) ? { value: await work(tx) } : undefined,
  );
  if (outcome) {
    await attempt.forget();
    return outcome.value;
  }
  await recordAccountFact(app.db.prisma, client, 'auth.code_check_failed', user);
  throw wrongCode();
}

/** Puts the enrolled app in force; gives the recovery codes. The session counts as strong from now on. */
export async function enableTotp(app: App, access: Access, client: Client, given: unknown): Promise<string[]> {
  const { code } = parse(codeInput, given);
  const { user, sessionId } = await ownAccount(app, access);
  if (user.totpEnabledAt) throw invalidState('two-factor authentication', 'on', ['off']);
  if (!user.totpSecretEnc) throw invalidState('two-factor authentication', 'not set up', ['set up']);
  return withCode(
    app,
    client,
    user,
    (tx) => takeTotpCode(tx, app, user, code),
    async (tx) => {
      const { count } = await tx.user.updateMany({
        where: { id: user.id, totpEnabledAt: null },
        data: { totpEnabledAt: new Date() },
      });
      if (count === 0) throw invalidState('two-factor authentication', 'on', ['off']);
      await tx.session.update({ where: { id: sessionId }, data: { strong: true } });
      await recordAccountFact(tx, client, 'auth.totp_enabled', user);
      await notifyAccount(tx, app, user, client, 'Two-factor authentication was turned on');
      return replaceRecoveryCodes(tx, user.id);
    },
  );
}

export const disableInput = codeInput.extend({ password: z.string().max(256).nullish() });

/** Turns two-factor authentication off. Sessions that rest on it no longer count as strong. */
export async function disableTotp(app: App, access: Access, client: Client, given: unknown): Promise<void> {
  const { code, password } = parse(disableInput, given);
  const { user } = await ownAccount(app, access);
  if (!user.totpEnabledAt) throw invalidState('two-factor authentication', 'off', ['on']);
  if (user.passwordHash && !password)
    throw new AppError('validation_error', 'password is required', { field: 'password', constraint: 'required' });
  await requireRecent(app, access, client, { password });
  await withCode(
    app,
    client,
    user,
    async (tx) => (await takeCode(tx, app, user, code)) !== null,
    async (tx) => {
      await tx.user.update({
        where: { id: user.id },
        data: { totpEnabledAt: null, totpSecretEnc: null, totpLastStep: null },
      });
      await tx.recoveryCode.deleteMany({ where: { userId: user.id } });
      await tx.session.updateMany({ where: { userId: user.id, method: { not: 'passkey' } }, data: { strong: false } });
      await recordAccountFact(tx, client, 'auth.totp_disabled', user);
      await notifyAccount(tx, app, user, client, 'Two-factor authentication was turned off');
      await notify(tx, [`access:${user.id}`]);
    },
  );
}

/** Makes eight new recovery codes; the old ones end. */
export async function renewRecoveryCodes(app: App, access: Access, client: Client, given: unknown): Promise<string[]> {
  const { code } = parse(codeInput, given);
  const { user } = await ownAccount(app, access);
  if (!user.totpEnabledAt) throw invalidState('two-factor authentication', 'off', ['on']);
  return withCode(
    app,
    client,
    user,
    async (tx) => (await takeCode(tx, app, user, code)) !== null,
    async (tx) => {
      await recordAccountFact(tx, client, 'auth.recovery_codes_renewed', user);
      await notifyAccount(tx, app, user, client, 'New recovery codes were created');
      return replaceRecoveryCodes(tx, user.id);
    },
  );
}
