import emulators, {
  AuthenticatorEmulator,
  type AuthenticatorParameters,
  PasskeysCredentialsMemoryRepository,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from 'nid-webauthn-emulator';
import { describe, expect } from 'vitest';
import { type Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { oathtool } from '../kit/oathtool.ts';
import type { Ocore } from '../kit/ocore.ts';

const password = 'correct horse 1';
const origin = 'https://fleet.example.com';
it.override('env', { APP_URL: `${origin}/app`, PASSKEY_ORIGINS: 'https://admin.fleet.example.com' });

const WebAuthnEmulator = emulators.default;
type Device = InstanceType<typeof WebAuthnEmulator>;
/** An authenticator with a memory of its own. */
const newDevice = (params: Partial<AuthenticatorParameters> = {}): Device =>
  new WebAuthnEmulator(
    new AuthenticatorEmulator({ credentialsRepository: new PasskeysCredentialsMemoryRepository(), ...params }),
  );
const creation = (answer: Answer): PublicKeyCredentialCreationOptionsJSON =>
  JSON.parse(JSON.stringify(answer.at('publicKey')));
const request = (answer: Answer): PublicKeyCredentialRequestOptionsJSON =>
  JSON.parse(JSON.stringify(answer.at('publicKey')));

async function register(person: Client, device: Device, name = 'Key', from = origin): Promise<Answer> {
  const begun = await person.post('/user/passkeys/register/begin', { device_name: name });
  return person.post('/user/passkeys/register/finish', device.createJSON(from, creation(begun)));
}

const begin = (anonymous: Client, body: Record<string, string> = {}): Promise<Answer> =>
  anonymous.post('/auth/passkey/login/begin', body);
const signInWith = async (anonymous: Client, device: Device, body: Record<string, string> = {}): Promise<Answer> =>
  anonymous.post('/auth/passkey/login/finish', device.getJSON(origin, request(await begin(anonymous, body))));
const reasonsOf = async (ocore: Ocore, person: Client) =>
  (
    await ocore.sql<{ reason: string }>(
      "SELECT after_state->>'reason' AS reason FROM audit_entries WHERE actor_name = $1 AND action = 'auth.login_failed' ORDER BY id",
      [person.email],
    )
  ).map((row) => row.reason);

describe('registration', () => {
  it('keeps a passkey, lists, renames and removes it', async ({ ocore, anonymous }) => {
    const person = await ocore.owner('ann');
    const begun = await person.post('/user/passkeys/register/begin', { device_name: 'Laptop' });
    expect(begun.at('publicKey')).toMatchObject({
      rp: { id: 'fleet.example.com', name: 'oCore' },
      user: { name: person.email },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      attestation: 'none',
    });
    const device = newDevice();
    const finished = await person.post(
      '/user/passkeys/register/finish?device_name=Work%20laptop',
      device.createJSON(origin, creation(begun)),
    );
    expect([finished.status, finished.at('deviceName'), finished.at('lastUsedAt')]).toEqual([201, 'Work laptop', null]);
    const id = finished.text('id');
    expect((await person.get('/user/passkeys')).body).toEqual({
      data: [finished.body],
      next_cursor: null,
      has_more: false,
    });
    const renamed = await person.patch(`/user/passkeys/${id}`, { device_name: 'Old laptop' });
    expect([renamed.status, renamed.at('deviceName')]).toEqual([200, 'Old laptop']);
    expect((await person.patch(`/user/passkeys/${id}`, { device_name: ' ' })).at('error.details.constraint')).toBe(
      'min_length',
    );
    const stranger = await ocore.owner('bob');
    expect((await stranger.patch(`/user/passkeys/${id}`, { device_name: 'Mine' })).status).toBe(404);
    expect((await stranger.delete(`/user/passkeys/${id}`)).status).toBe(404);
    expect((await person.delete(`/user/passkeys/${id}`)).status).toBe(204);
    expect((await signInWith(anonymous, device)).status).toBe(401);
    const actions = await ocore.sql<{ action: string }>(
      "SELECT action FROM audit_entries WHERE actor_name = $1 AND action LIKE 'auth.passkey%' ORDER BY id",
      [person.email],
    );
    expect(actions.map((row) => row.action)).toEqual([
      'auth.passkey_registered',
      'auth.passkey_renamed',
      'auth.passkey_removed',
    ]);
    expect(
      (await ocore.sql("SELECT 1 FROM mails WHERE recipient = $1 AND subject LIKE '%asskey%'", [person.email])).length,
    ).toBe(2);
  });

  it('takes each challenge once, from the session and the site that it was made for', async ({ ocore }) => {
    const person = await ocore.owner('cid');
    const other = await ocore.owner('dan');
    const begun = await person.post('/user/passkeys/register/begin', {});
    const response = newDevice().createJSON(origin, creation(begun));
    expect((await other.post('/user/passkeys/register/finish', response)).status).toBe(400);
    expect((await person.post('/user/passkeys/register/finish', response)).status).toBe(400);
    expect((await register(person, newDevice(), 'x', 'https://admin.fleet.example.com')).status).toBe(201);
    expect((await register(person, newDevice(), 'x', 'https://evil.fleet.example.com')).status).toBe(400);
    expect(
      (
        await register(
          person,
          newDevice({
            verifications: { userPresent: true, userVerified: false },
            userMakeCredentialInteraction: () => ({ options: { up: true, uv: false } }),
          }),
        )
      ).status,
    ).toBe(400);
    expect((await person.post('/user/passkeys/register/finish', { id: 'x' })).at('error.code')).toBe(
      'validation_error',
    );
    expect((await person.get('/user/passkeys')).at('data.1')).toBeUndefined();
  });

  it('needs a recent sign-in, as the removal does', async ({ ocore }) => {
    const person = await ocore.owner('old');
    const id = (await register(person, newDevice())).text('id');
    await ocore.sql(
      "UPDATE sessions SET created_at = created_at - interval '16 minutes' WHERE user_id = (SELECT id FROM users WHERE email = $1)",
      [person.email],
    );
    expect((await person.post('/user/passkeys/register/begin', {})).at('error.code')).toBe('reauthentication_required');
    expect((await person.post('/user/passkeys/register/begin', { password })).status).toBe(200);
    expect((await person.delete(`/user/passkeys/${id}`)).at('error.code')).toBe('reauthentication_required');
    // Without a password the last passkey is the last way in.
    await ocore.sql('UPDATE users SET password_hash = NULL WHERE email = $1', [person.email]);
    await ocore.sql('UPDATE sessions SET created_at = now() WHERE user_id = (SELECT id FROM users WHERE email = $1)', [
      person.email,
    ]);
    expect((await person.delete(`/user/passkeys/${id}`)).at('error.details.constraint')).toBe('last_sign_in_method');
  });
});

describe('sign-in', () => {
  it.for(['ES256', 'RS256', 'EdDSA'] as const)(
    'works with %s, by e-mail address and without any, and is strong',
    async (algorithm, { ocore, anonymous }) => {
      const person = await ocore.owner('eve');
      const device = newDevice({ algorithmIdentifiers: [algorithm] });
      await register(person, device);
      const byEmail = await signInWith(anonymous, device, { email: person.email.toUpperCase() });
      expect([byEmail.status, byEmail.at('user.email')]).toEqual([200, person.email]);
      const usernameless = await signInWith(anonymous, device);
      expect(usernameless.status).toBe(200);
      const session = await new Client(ocore.url, usernameless.text('accessToken'), null).get('/user/sessions');
      expect(session.at('data.0')).toMatchObject({ method: 'passkey', strong: true, current: true });
      expect((await person.get('/user/passkeys')).at('data.0.lastUsedAt')).not.toBeNull();
    },
  );

  it('asks alike for accounts that exist and that do not', async ({ ocore, anonymous }) => {
    const person = await ocore.owner('fay');
    await register(person, newDevice());
    const known = await begin(anonymous, { email: person.email });
    const unknown = await begin(anonymous, { email: 'nobody@example.com' });
    const shape = (answer: Answer) => [
      answer.status,
      Object.keys(Object(answer.at('publicKey'))).sort(),
      Object.keys(Object(answer.at('publicKey.allowCredentials.0'))).sort(),
      answer.at('publicKey.allowCredentials.1'),
    ];
    expect(shape(unknown)).toEqual(shape(known));
    expect((await begin(anonymous, { email: 'Nobody@example.com' })).at('publicKey.allowCredentials')).toEqual(
      unknown.at('publicKey.allowCredentials'),
    );
    const without = await ocore.owner('gil');
    expect(shape(await begin(anonymous, { email: without.email }))).toEqual(shape(known));
    expect((await begin(anonymous, { email: without.email })).at('publicKey.allowCredentials')).not.toEqual(
      unknown.at('publicKey.allowCredentials'),
    );
  });

  it('takes each challenge once, also from two at the same time', async ({ ocore, anonymous }) => {
    const person = await ocore.owner('hal');
    const device = newDevice();
    await register(person, device);
    const response = device.getJSON(origin, request(await begin(anonymous)));
    const answers = await Promise.all([1, 2, 3].map(() => anonymous.post('/auth/passkey/login/finish', response)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 401, 401]);
    const late = device.getJSON(origin, request(await begin(anonymous)));
    await ocore.sql("UPDATE one_time_tokens SET expires_at = now() WHERE purpose = 'passkey_login'");
    expect((await anonymous.post('/auth/passkey/login/finish', late)).status).toBe(401);
    const made = device.getJSON(origin, {
      ...request(await begin(anonymous)),
      challenge: Buffer.from('my own challenge').toString('base64url'),
    });
    expect((await anonymous.post('/auth/passkey/login/finish', made)).status).toBe(401);
    expect(await reasonsOf(ocore, person)).toEqual(['challenge', 'challenge', 'challenge', 'challenge']);
  });

  it('refuses another site, an unverified person, a foreign passkey and a changed signature', async ({
    ocore,
    anonymous,
  }) => {
    const person = await ocore.owner('ida');
    const other = await ocore.owner('jon');
    const device = newDevice();
    await register(person, device);
    const finish = (response: unknown, query = '') => anonymous.post(`/auth/passkey/login/finish${query}`, response);
    expect(
      (await finish(device.getJSON('https://evil.fleet.example.com', request(await begin(anonymous))))).status,
    ).toBe(401);
    const otherDevice = newDevice();
    await register(other, otherDevice);
    const [asked, foreign] = [
      request(await begin(anonymous, { email: person.email })),
      request(await begin(anonymous)),
    ];
    expect((await finish({ ...otherDevice.getJSON(origin, { ...foreign, challenge: asked.challenge }) })).status).toBe(
      401,
    );
    expect(
      (await finish(device.getJSON(origin, request(await begin(anonymous))), `?email=${other.email}`)).status,
    ).toBe(401);
    const good = device.getJSON(origin, request(await begin(anonymous)));
    const signature = Buffer.from(good.response.signature, 'base64url');
    signature.writeUInt8((signature.at(-1) ?? 0) ^ 1, signature.length - 1);
    expect(
      (await finish({ ...good, response: { ...good.response, signature: signature.toString('base64url') } })).status,
    ).toBe(401);
    device.authenticator.params = {
      ...device.authenticator.params,
      userGetAssertionInteraction: () => ({ options: { up: true, uv: false } }),
      verifications: { userPresent: true, userVerified: false },
    };
    expect((await finish(device.getJSON(origin, request(await begin(anonymous))))).status).toBe(401);
    await ocore.sql('UPDATE users SET deactivated_at = now() WHERE email = $1', [other.email]);
    expect((await signInWith(anonymous, otherDevice)).status).toBe(401);
  });

  it('notices a copied passkey by its counter', async ({ ocore, anonymous }) => {
    const person = await ocore.owner('kim');
    const device = newDevice();
    await register(person, device);
    expect((await signInWith(anonymous, device)).status).toBe(200);
    await ocore.sql(
      'UPDATE passkeys SET counter = counter + 5 WHERE user_id = (SELECT id FROM users WHERE email = $1)',
      [person.email],
    );
    expect((await signInWith(anonymous, device)).status).toBe(401);
    expect(await reasonsOf(ocore, person)).toEqual(['passkey_counter']);
    // A synchronised passkey always counts 0.
    const phone = newDevice({ signCounterIncrement: 0 });
    await register(person, phone);
    expect([(await signInWith(anonymous, phone)).status, (await signInWith(anonymous, phone)).status]).toEqual([
      200, 200,
    ]);
  });

  it('is the second step after a password, for that account only and once', async ({ ocore, anonymous }) => {
    const person = await ocore.owner('lea');
    const device = newDevice();
    await register(person, device);
    const secret = (await person.post('/user/totp/setup')).text('secret');
    await person.post('/user/totp/enable', { code: oathtool(secret) });
    const ticket = async () =>
      (await anonymous.post('/auth/login', { email: person.email, password })).text('partialToken');
    const partialToken = await ticket();
    expect((await signInWith(anonymous, device, { partialToken })).status).toBe(200);
    expect((await begin(anonymous, { partialToken })).at('error.code')).toBe('reauthentication_required');
    expect((await anonymous.post('/auth/login/2fa', { partialToken, code: oathtool(secret) })).at('error.code')).toBe(
      'reauthentication_required',
    );
    const other = await ocore.owner('max');
    const otherDevice = newDevice();
    await register(other, otherDevice);
    const begun = request(await begin(anonymous, { partialToken: await ticket() }));
    expect(
      (
        await anonymous.post(
          '/auth/passkey/login/finish',
          otherDevice.getJSON(origin, { ...begun, allowCredentials: [] }),
        )
      ).status,
    ).toBe(401);
  });
});
