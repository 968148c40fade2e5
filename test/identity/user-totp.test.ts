import { describe, expect } from 'vitest';
import { newApiKey } from '../../src/access/api-key.ts';
import { stepOf } from '../../src/identity/totp-code.ts';
import { type Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { oathtool } from '../kit/oathtool.ts';
import { Ocore } from '../kit/ocore.ts';

const password = 'correct horse 1';

/** A person with TOTP on; the code that turned it on is forgotten, as if its time were over. */
async function withTotp(ocore: Ocore, name: string): Promise<{ person: Client; secret: string; codes: string[] }> {
  const person = await ocore.owner(name);
  const secret = (await person.post('/user/totp/setup')).text('secret');
  const enabled = await person.post('/user/totp/enable', { code: oathtool(secret) });
  expect(enabled.status).toBe(200);
  const codes: string[] = JSON.parse(JSON.stringify(enabled.at('recoveryCodes')));
  await codeIsOver(ocore, person);
  return { person, secret, codes };
}

const codeIsOver = (ocore: Ocore, person: Client) =>
  ocore.sql('UPDATE users SET totp_last_step = totp_last_step - 3 WHERE email = $1', [person.email]);
const ticketOf = async (anonymous: Client, person: Client): Promise<string> =>
  (await anonymous.post('/auth/login', { email: person.email, password })).text('partialToken');
const secondStep = (anonymous: Client, partialToken: string, code: string): Promise<Answer> =>
  anonymous.post('/auth/login/2fa', { code, partialToken });
const wrongFor = (secret: string): string => String((Number(oathtool(secret)) + 1) % 1e6).padStart(6, '0');
const actionsOf = async (ocore: Ocore, person: Client): Promise<string[]> =>
  (
    await ocore.sql<{ action: string }>('SELECT action FROM audit_entries WHERE actor_name = $1 ORDER BY id', [
      person.email,
    ])
  ).map((row) => row.action);
const subjectsTo = async (ocore: Ocore, person: Client): Promise<string[]> =>
  (
    await ocore.sql<{ subject: string }>('SELECT subject FROM mails WHERE recipient = $1 ORDER BY id', [person.email])
  ).map((row) => row.subject);
const opensLongAgo = (ocore: Ocore, person: Client) =>
  ocore.sql(
    "UPDATE sessions SET created_at = created_at - interval '16 minutes' WHERE user_id = (SELECT id FROM users WHERE email = $1)",
    [person.email],
  );

describe('codes', () => {
  const base32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

  it.each([
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ])('are those of RFC 6238 at %i', async (seconds, vector) => {
    expect(await stepOf(base32, vector.slice(-6), seconds * 1000)).toBe(Math.floor(seconds / 30));
  });

  it('are good one step around now and no further', async () => {
    const step = 41152263;
    const seen = await Promise.all([-2, -1, 0, 1, 2].map((away) => stepOf(base32, '005924', (step + away) * 30_000)));
    expect(seen).toEqual([undefined, step, step, step, undefined]);
  });

  it.each(['', '28708', '2870820', 'abcdef', '２８７０８２'])('are six digits: not %j', async (code) => {
    expect(await stepOf(base32, code, 59_000)).toBeUndefined();
  });
});

describe('enrolment', () => {
  it('gives a secret that other apps read, is confirmed by a code, and shows eight recovery codes once', async ({
    ocore,
  }) => {
    const person = await ocore.owner('ann');
    expect((await person.post('/user/totp/enable', { code: '123456' })).at('error.details.state')).toBe('not set up');
    const setup = await person.post('/user/totp/setup');
    const secret = setup.text('secret');
    expect(setup.text('otpauthUri')).toBe(
      `otpauth://totp/oCore:${encodeURIComponent(person.email)}?secret=${secret}&issuer=oCore`,
    );
    expect(setup.text('qrSvg')).toMatch(/^<svg /);
    expect((await person.post('/user/totp/enable', { code: wrongFor(secret) })).status).toBe(401);
    expect((await person.get('/user')).at('totpEnabled')).toBe(false);
    const enabled = await person.post('/user/totp/enable', { code: oathtool(secret) });
    const codes: string[] = JSON.parse(JSON.stringify(enabled.at('recoveryCodes')));
    expect(new Set(codes).size).toBe(8);
    for (const code of codes) expect(code).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
    expect((await person.get('/user')).body).toMatchObject({
      totpEnabled: true,
      recoveryCodesLeft: 8,
      hasPassword: true,
      emailVerified: false,
    });
    expect((await person.get('/user/sessions')).at('data.0.strong')).toBe(true);
    expect((await person.post('/user/totp/setup')).status).toBe(409);
    expect(await actionsOf(ocore, person)).toContain('auth.totp_enabled');
    expect(await subjectsTo(ocore, person)).toContain('oCore: Two-factor authentication was turned on');
    const rows = JSON.stringify(
      await ocore.sql(
        'SELECT to_jsonb(u) AS u, (SELECT jsonb_agg(r) FROM recovery_codes r) AS r, (SELECT jsonb_agg(a) FROM audit_entries a) AS a, (SELECT jsonb_agg(m) FROM mails m) AS m FROM users u',
      ),
    );
    for (const planted of [secret, ...codes, ...codes.map((code) => code.replaceAll('-', ''))])
      expect(rows).not.toContain(planted);
  });

  it('is only for a person who has shown lately who they are', async ({ ocore }) => {
    const person = await ocore.owner('old');
    await opensLongAgo(ocore, person);
    expect((await person.post('/user/totp/setup')).at('error.code')).toBe('reauthentication_required');
    expect((await person.post('/user/totp/setup', { password: 'wrong' })).at('error')).toMatchObject({
      code: 'invalid_credentials',
      details: { field: 'password' },
    });
    expect((await person.post('/user/totp/setup', { password })).status).toBe(200);
    const { key, prefix, hash } = newApiKey();
    await ocore.sql(
      `INSERT INTO api_keys (id, org_id, user_id, name, prefix, hash, permissions) SELECT gen_random_uuid(), m.org_id, u.id, 'key', $2, $3, '{manage:org}' FROM users u JOIN memberships m ON m.user_id = u.id WHERE u.email = $1`,
      [person.email, prefix, hash],
    );
    const program = new Client(ocore.url, key, null);
    for (const answer of [
      await program.post('/user/totp/setup', { password }),
      await program.get('/user/sessions'),
      await program.get('/user/ssh-keys'),
      await program.delete('/user', { confirmEmail: person.email, password }),
    ])
      expect([answer.status, answer.at('error.details.actor')]).toEqual([403, 'person']);
  });

  it('ends with password and code, and with it the strength of the sessions', async ({ ocore, anonymous }) => {
    const { person, secret } = await withTotp(ocore, 'off');
    expect((await person.post('/user/totp/disable', { code: oathtool(secret) })).at('error.details')).toMatchObject({
      field: 'password',
      constraint: 'required',
    });
    expect((await person.post('/user/totp/disable', { code: wrongFor(secret), password })).status).toBe(401);
    expect((await person.post('/user/totp/disable', { code: oathtool(secret), password: 'wrong' })).status).toBe(401);
    expect((await person.get('/user')).at('totpEnabled')).toBe(true);
    expect((await person.post('/user/totp/disable', { code: oathtool(secret), password })).status).toBe(200);
    expect((await person.get('/user')).body).toMatchObject({ totpEnabled: false, recoveryCodesLeft: 0 });
    expect((await person.get('/user/sessions')).at('data.0.strong')).toBe(false);
    expect((await anonymous.post('/auth/login', { email: person.email, password })).at('requiresTOTP')).toBe(false);
    expect(await actionsOf(ocore, person)).toContain('auth.totp_disabled');
  });
});

describe('the second step', () => {
  it('is asked for after the password, and makes the session strong', async ({ ocore, anonymous }) => {
    const { person, secret } = await withTotp(ocore, 'two');
    const first = await anonymous.post('/auth/login', { email: person.email, password });
    expect(first.body).toEqual({
      requiresTOTP: true,
      partialToken: expect.stringMatching(/^ocore_t_/),
      accessToken: null,
      refreshToken: null,
      csrfToken: null,
      expiresIn: null,
      user: null,
      organizations: null,
    });
    expect((await new Client(ocore.url, first.text('partialToken'), null).get('/user')).status).toBe(401);
    const second = await secondStep(
      anonymous,
      first.text('partialToken'),
      ` ${oathtool(secret).replace(/(...)/, '$1 ')}`,
    );
    expect([second.status, second.at('user.email')]).toEqual([200, person.email]);
    const sessions = await new Client(ocore.url, second.text('accessToken'), null).get('/user/sessions');
    expect(sessions.at('data.0')).toMatchObject({ current: true, strong: true, method: 'password' });
    expect((await secondStep(anonymous, first.text('partialToken'), oathtool(secret, 1))).at('error.code')).toBe(
      'reauthentication_required',
    );
  });

  it('takes a code once, also from two who send it in the same moment', async ({ ocore, anonymous }) => {
    const { person, secret } = await withTotp(ocore, 'once');
    const tickets = await Promise.all(Array.from({ length: 6 }, () => ticketOf(anonymous, person)));
    const code = oathtool(secret);
    const answers = await Promise.all(tickets.map((ticket) => secondStep(anonymous, ticket, code)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 401, 401, 401, 401, 401]);
    expect((await secondStep(anonymous, await ticketOf(anonymous, person), code)).at('error.message')).toContain(
      'already used',
    );
    // What is older than a used code is over, too.
    expect((await secondStep(anonymous, await ticketOf(anonymous, person), oathtool(secret, -1))).status).toBe(401);
    expect((await secondStep(anonymous, await ticketOf(anonymous, person), oathtool(secret, 1))).status).toBe(200);
  });

  it('takes a recovery code instead, once', async ({ ocore, anonymous }) => {
    const {
      person,
      codes: [first = '', second = ''],
    } = await withTotp(ocore, 'lost');
    const raced = await Promise.all([ticketOf(anonymous, person), ticketOf(anonymous, person)]).then((tickets) =>
      Promise.all(tickets.map((ticket) => secondStep(anonymous, ticket, first.toLowerCase().replaceAll('-', ' ')))),
    );
    expect(raced.map((answer) => answer.status).sort()).toEqual([200, 401]);
    expect((await secondStep(anonymous, await ticketOf(anonymous, person), first)).status).toBe(401);
    expect((await secondStep(anonymous, await ticketOf(anonymous, person), second)).status).toBe(200);
    expect((await person.get('/user')).at('recoveryCodesLeft')).toBe(6);
    expect(await subjectsTo(ocore, person)).toContain('oCore: A recovery code was used to sign in; 6 are left');
  });

  it('renews the recovery codes', async ({ ocore, anonymous }) => {
    const { person, secret, codes } = await withTotp(ocore, 'renew');
    expect((await person.post('/user/totp/recovery-codes', { code: wrongFor(secret) })).status).toBe(401);
    const renewed = await person.post('/user/totp/recovery-codes', { code: oathtool(secret) });
    expect((await secondStep(anonymous, await ticketOf(anonymous, person), codes[0] ?? '')).status).toBe(401);
    expect(
      (await secondStep(anonymous, await ticketOf(anonymous, person), renewed.text('recoveryCodes.0'))).status,
    ).toBe(200);
  });

  it('ends after five wrong codes, however many come at once', async ({ ocore, anonymous }) => {
    const { person, secret } = await withTotp(ocore, 'guess');
    const ticket = await ticketOf(anonymous, person);
    expect((await secondStep(anonymous, ticket, 'nonsense')).at('error.code')).toBe('validation_error');
    const answers = await Promise.all(Array.from({ length: 9 }, () => secondStep(anonymous, ticket, wrongFor(secret))));
    const codes = answers.map((answer) => answer.at('error.code'));
    expect(codes.filter((code) => code === 'invalid_credentials')).toHaveLength(5);
    expect(codes.filter((code) => code === 'reauthentication_required')).toHaveLength(4);
    expect((await secondStep(anonymous, ticket, oathtool(secret))).at('error.code')).toBe('reauthentication_required');
    const failures = await ocore.sql<{ reason: string; n: number }>(
      "SELECT after_state->>'reason' AS reason, count(*)::int AS n FROM audit_entries WHERE actor_name = $1 AND action = 'auth.login_failed' GROUP BY 1 ORDER BY 1",
      [person.email],
    );
    expect(failures).toEqual([
      { reason: 'second_factor', n: 5 },
      { reason: 'ticket_ended', n: 5 },
    ]);
    expect((await secondStep(anonymous, await ticketOf(anonymous, person), oathtool(secret))).status).toBe(200);
  });

  it('ends after ten minutes, with the account’s sessions, and is good for nobody else', async ({
    ocore,
    anonymous,
  }) => {
    const { person, secret } = await withTotp(ocore, 'late');
    const other = await withTotp(ocore, 'other');
    const late = await ticketOf(anonymous, person);
    await ocore.sql(
      "UPDATE one_time_tokens SET expires_at = expires_at - interval '10 minutes' WHERE purpose = 'second_factor' AND used_at IS NULL",
    );
    expect((await secondStep(anonymous, late, oathtool(secret))).at('error.code')).toBe('reauthentication_required');
    const revoked = await ticketOf(anonymous, person);
    await person.delete('/user/sessions');
    expect((await secondStep(anonymous, revoked, oathtool(secret))).at('error.code')).toBe('reauthentication_required');
    expect(
      (await secondStep(anonymous, await ticketOf(anonymous, person), oathtool(other.secret))).at('error.code'),
    ).toBe('invalid_credentials');
    expect((await secondStep(anonymous, 'ocore_t_unknown', oathtool(secret))).at('error.code')).toBe(
      'reauthentication_required',
    );
    expect((await anonymous.post('/auth/refresh', { refreshToken: late })).status).toBe(401);
  });
});

it('limits wrong codes of an account, in a session as at the sign-in, and across restarts', async () => {
  const limited = await Ocore.start({ RATE_LIMIT_SENSITIVE_FACTOR: '1' });
  try {
    const person = await limited.owner('guessed');
    const secret = (await person.post('/user/totp/setup')).text('secret');
    await person.post('/user/totp/enable', { code: oathtool(secret) });
    for (let index = 0; index < 10; index += 1)
      expect((await person.post('/user/totp/recovery-codes', { code: wrongFor(secret) })).status).toBe(401);
    await limited.restart();
    expect((await person.post('/user/totp/recovery-codes', { code: oathtool(secret, 1) })).status).toBe(429);
    const partialToken = (
      await new Client(limited.url, null, null).post('/auth/login', { email: person.email, password })
    ).text('partialToken');
    expect(
      (await new Client(limited.url, null, null).post('/auth/login/2fa', { code: oathtool(secret, 1), partialToken }))
        .status,
    ).toBe(429);
  } finally {
    await limited.stop();
  }
});
