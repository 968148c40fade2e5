import { hash } from '@node-rs/argon2';
import { describe, expect } from 'vitest';
import { z } from 'zod';
import { BrowserClient } from '../kit/browser.ts';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { oathtool } from '../kit/oathtool.ts';
import { Ocore } from '../kit/ocore.ts';

it.override('env', ({ mailbox }) => mailbox.env);

let admin: Client;
it.beforeAll(async ({ ocore }) => {
  admin = await ocore.owner('admin');
});

const password = 'correct horse 1';
const login = async (anonymous: Client, email: string, given: string): Promise<number> =>
  (await anonymous.post('/auth/login', { email, password: given })).status;
const audit = async (ocore: Ocore, email: string): Promise<string[]> =>
  (
    await ocore.sql<{ action: string }>(
      "SELECT action FROM audit_entries WHERE resource_name = $1 AND action LIKE 'auth.%' ORDER BY id",
      [email],
    )
  ).map(({ action }) => action);

describe('verification of the e-mail address', () => {
  it('is done by a button on a page, once; opening the link does nothing', async ({ mailbox, ocore, anonymous }) => {
    const owner = await ocore.owner('ver');
    expect((await owner.get('/user')).at('emailVerified')).toBe(false);
    const first = await mailbox.next(owner.email);
    expect((await owner.post('/auth/resend-verification')).status).toBe(200);
    const letter = await mailbox.next(owner.email);
    const browser = new BrowserClient(ocore.url);
    // A mail scanner opens every link, also twice.
    await browser.get(letter.link.href);
    const page = await browser.get(letter.link.href);
    expect([(await owner.get('/user')).at('emailVerified'), page.headers.get('referrer-policy')]).toEqual([
      false,
      'strict-origin',
    ]);
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'.*frame-ancestors 'none'$/);
    expect(String((await browser.submit(page)).body)).toContain('is verified');
    expect((await owner.get('/user')).at('emailVerified')).toBe(true);
    expect((await browser.submit(page)).status).toBe(422);
    expect((await anonymous.post('/auth/verify-email', { token: first.token })).status).toBe(422);
    expect((await owner.post('/auth/resend-verification')).status).toBe(409);
    expect(await audit(ocore, owner.email)).toEqual(['auth.signup', 'auth.email_verified']);
  });

  it('keeps unverified people out of organizations where it is required', async ({ mailbox, ocore, anonymous }) => {
    const strict = await Ocore.start({
      DATABASE_URL: ocore.running.databaseUrl,
      REQUIRE_VERIFIED_EMAIL: 'true',
      DATA_DIR: ocore.dir,
      OCORE_ROLE: 'gateway',
    });
    const owner = await ocore.owner('strict');
    const inOrg = () => new Client(strict.url, owner.token, owner.org).get('/projects');
    expect([(await inOrg()).status, (await inOrg()).at('error.code')]).toEqual([403, 'email_not_verified']);
    expect((await new Client(strict.url, owner.token, null).get('/user')).status).toBe(200);
    await anonymous.post('/auth/verify-email', { token: (await mailbox.next(owner.email)).token });
    expect((await inOrg()).status).toBe(200);
    await strict.running.stop();
  });
});

describe('a forgotten password', () => {
  it('is set anew by the letter, once; all sessions end', async ({ mailbox, ocore, anonymous }) => {
    const owner = await ocore.owner('forgot');
    await mailbox.next(owner.email);
    const known = await anonymous.post('/auth/forgot-password', { email: owner.email.toUpperCase() });
    const unknown = await anonymous.post('/auth/forgot-password', { email: 'nobody@example.com' });
    expect([known.status, known.body]).toEqual([unknown.status, unknown.body]);
    const older = await mailbox.next(owner.email);
    // Asked for again much later, there is another one, and the first is still good.
    await ocore.sql(
      "UPDATE one_time_tokens SET created_at = created_at - interval '20 minutes' WHERE purpose = 'reset_password'",
    );
    await anonymous.post('/auth/forgot-password', { email: owner.email });
    const letter = await mailbox.next(owner.email);
    expect(letter.text).toMatch(/from 127\.0\.0\.1|from ::ffff:127\.0\.0\.1/);

    // On the page; a password that will not do is corrected on the spot.
    const browser = new BrowserClient(ocore.url);
    const page = await browser.get(letter.link.href);
    const again = await browser.submit(page, { password: 'password123' });
    expect([again.status, String(again.body)]).toEqual([400, expect.stringContaining('is a common password')]);
    expect((await browser.submit(again, { password: 'another horse 2' })).status).toBe(200);
    expect((await browser.submit(again, { password: 'another horse 3' })).status).toBe(422);
    expect(
      (await anonymous.post('/auth/reset-password', { token: older.token, password: 'another horse 3' })).status,
    ).toBe(422);
    expect([
      await login(anonymous, owner.email, password),
      await login(anonymous, owner.email, 'another horse 2'),
      (await owner.get('/user')).status,
    ]).toEqual([401, 200, 401]);
    expect((await mailbox.next(owner.email)).subject).toContain('password was changed');
    expect(mailbox.has('nobody@example.com')).toBe(false);
    expect(await audit(ocore, owner.email)).toEqual([
      'auth.signup',
      'auth.password_reset_requested',
      'auth.password_reset_requested',
      'auth.password_reset',
      'auth.login_failed',
      'auth.login',
    ]);
  });

  it('is not kept from its owner by strangers who ask for it', async ({ mailbox, ocore, anonymous }) => {
    const owner = await ocore.owner('locked');
    await mailbox.next(owner.email);
    const strict = await Ocore.start({
      DATABASE_URL: ocore.running.databaseUrl,
      DATA_DIR: ocore.dir,
      OCORE_ROLE: 'gateway',
      RATE_LIMIT_SENSITIVE_FACTOR: '1',
      TRUST_PROXY: '1',
    });
    try {
      const ask = async (address: string): Promise<number> =>
        (
          await new Client(strict.url, null, null).request(
            'POST',
            '/api/auth/forgot-password',
            { email: owner.email },
            { 'x-forwarded-for': address },
          )
        ).status;
      const strangers: number[] = [];
      for (let network = 1; network <= 4; network += 1)
        for (let index = 0; index < 5; index += 1) strangers.push(await ask(`203.0.113.${network}`));
      expect(strangers.filter((status) => status !== 200)).toEqual([]);
      expect(await ask('203.0.113.1')).toBe(429);
      // The owner is answered, and the one letter that the strangers caused is as good as another.
      expect(await ask('198.51.100.1')).toBe(200);
      const { token } = await mailbox.next(owner.email);
      while ((await ocore.sql("SELECT 1 FROM one_time_tokens WHERE purpose = 'reset_request'")).length > 0)
        await new Promise((resolve) => {
          setTimeout(resolve, 50);
        });
      expect(
        await ocore.sql("SELECT 1 FROM mails WHERE recipient = $1 AND subject LIKE 'Set a new password%'", [
          owner.email,
        ]),
      ).toHaveLength(1);
      expect((await anonymous.post('/auth/reset-password', { token, password: 'another horse 2' })).status).toBe(200);
      // It is used up: now there may be another.
      expect(await ask('198.51.100.1')).toBe(200);
      expect((await mailbox.nextAbout(owner.email, 'Set a new password')).token).not.toBe(token);
    } finally {
      await strict.running.stop();
    }
  });

  it('is not set by a letter that is too old, nor by one of another kind', async ({ mailbox, ocore, anonymous }) => {
    const owner = await ocore.owner('old');
    const verification = await mailbox.next(owner.email);
    expect(
      (await anonymous.post('/auth/reset-password', { token: verification.token, password: 'another horse 2' })).status,
    ).toBe(422);
    await anonymous.post('/auth/forgot-password', { email: owner.email });
    const letter = await mailbox.next(owner.email);
    await ocore.sql(
      "UPDATE one_time_tokens SET expires_at = expires_at - interval '1 hour' WHERE purpose = 'reset_password'",
    );
    expect(
      (await anonymous.post('/auth/reset-password', { token: letter.token, password: 'another horse 2' })).status,
    ).toBe(422);
  });
});

describe('a change of the e-mail address', () => {
  it('waits for the new address, tells the old one, and can be taken back', async ({ mailbox, ocore, anonymous }) => {
    const owner = await ocore.owner('move');
    await mailbox.next(owner.email);
    const newEmail = `new-${owner.email}`;
    expect((await owner.post('/user/change-email', { newEmail, password: 'wrong' })).status).toBe(401);
    expect((await owner.post('/user/change-email', { newEmail })).at('error.details.field')).toBe('password');
    expect((await owner.post('/user/change-email', { newEmail, password })).status).toBe(200);
    expect((await mailbox.next(owner.email)).subject).toContain('about to change');
    const letter = await mailbox.next(newEmail);
    const redirect = await new BrowserClient(ocore.url).get(`/api/auth/verify-email-change?token=${letter.token}`);
    expect([redirect.status, new URL(redirect.headers.get('location') ?? '', ocore.url).href]).toEqual([
      303,
      letter.link.href,
    ]);
    expect((await owner.get('/user')).at('email')).toBe(owner.email);
    const browser = new BrowserClient(ocore.url);
    await browser.submit(await browser.get(letter.link.href));
    expect([(await owner.get('/user')).at('email'), (await owner.get('/user')).at('emailVerified')]).toEqual([
      newEmail,
      true,
    ]);
    expect([await login(anonymous, owner.email, password), await login(anonymous, newEmail, password)]).toEqual([
      401, 200,
    ]);

    // Whoever has taken the account over puts in what would let them in again, and keep its owner out.
    const key = (await owner.post('/api-keys', { name: 'back door', permissions: ['view:projects'] })).text('key');
    const secret = (await owner.post('/user/totp/setup', { password })).text('secret');
    await owner.post('/user/totp/enable', { code: oathtool(secret) });

    const undo = await mailbox.nextAbout(owner.email, 'Your oCore e-mail address was changed');
    expect(undo.link.pathname).toBe('/undo-email-change');
    await browser.submit(await browser.get(undo.link.href));
    expect([
      await login(anonymous, owner.email, password),
      await login(anonymous, newEmail, password),
      (await owner.get('/user')).status,
    ]).toEqual([401, 401, 401]);
    expect((await owner.withKey(key).get('/projects')).status).toBe(401);
    await anonymous.post('/auth/forgot-password', { email: owner.email });
    const reset = await mailbox.nextAbout(owner.email, 'password');
    expect(
      (await anonymous.post('/auth/reset-password', { token: reset.token, password: 'my own horse 2' })).status,
    ).toBe(200);
    const back = await anonymous.post('/auth/login', { email: owner.email, password: 'my own horse 2' });
    expect([back.at('requiresTOTP'), back.at('user.email')]).toEqual([false, owner.email]);
    expect(await audit(ocore, newEmail)).toContain('auth.email_changed');
    expect(await audit(ocore, owner.email)).toEqual(
      expect.arrayContaining(['auth.password_check_failed', 'auth.email_change_requested', 'auth.email_change_undone']),
    );
  });

  it('is taken back without the second factors from before it, which a former mailbox does not have', async ({
    mailbox,
    ocore,
    anonymous,
  }) => {
    const owner = await ocore.owner('leaver');
    const secret = (await owner.post('/user/totp/setup', { password })).text('secret');
    const enabled = await owner.post('/user/totp/enable', { code: oathtool(secret) });
    expect(enabled.status).toBe(200);
    await ocore.sql('UPDATE users SET totp_last_step = totp_last_step - 3 WHERE email = $1', [owner.email]);
    const passkey = (deviceName: string) =>
      ocore.sql(
        `INSERT INTO passkeys (id, user_id, credential_id, public_key, transports, device_name)
       SELECT gen_random_uuid(), id, gen_random_uuid()::text, '\\x00', '{}', $2 FROM users WHERE email IN ($1, 'new-' || $1)`,
        [owner.email, deviceName],
      );
    await passkey('Owner’s');
    const newEmail = `new-${owner.email}`;
    expect((await owner.post('/user/change-email', { newEmail, password })).status).toBe(200);
    await passkey('Added since');
    const browser = new BrowserClient(ocore.url);
    await browser.submit(await browser.get((await mailbox.nextAbout(newEmail, 'Confirm')).link.href));
    const { key } = await owner.newKey(['view:projects']);

    // Somebody else reads the former mailbox by now.
    await browser.submit(await browser.get((await mailbox.nextAbout(owner.email, 'was changed')).link.href));
    await anonymous.post('/auth/forgot-password', { email: owner.email });
    const reset = await mailbox.nextAbout(owner.email, 'Set a new password');
    expect(
      (await anonymous.post('/auth/reset-password', { token: reset.token, password: 'former horse 2' })).status,
    ).toBe(200);
    const login = async () => anonymous.post('/auth/login', { email: owner.email, password: 'former horse 2' });
    const former = await login();
    expect([former.at('requiresTOTP'), former.at('accessToken')]).toEqual([true, null]);

    // The owner still has the app, the codes and the passkey.
    const step = (code: string) =>
      anonymous.post('/auth/login/2fa', { code, partialToken: former.text('partialToken') });
    const back = await step(oathtool(secret));
    expect(back.status).toBe(200);
    const own = new Client(ocore.url, back.text('accessToken'), owner.org);
    const passkeys = await own.get('/user/passkeys');
    expect([passkeys.at('data.0.deviceName'), passkeys.at('data.1')]).toEqual(['Owner’s', undefined]);
    expect((await owner.withKey(key).get('/projects')).status).toBe(401);
    const again = (await login()).text('partialToken');
    expect(
      (await anonymous.post('/auth/login/2fa', { code: enabled.text('recoveryCodes.0'), partialToken: again })).status,
    ).toBe(200);
  });

  it('does not tell whether the new address has an account', async ({ mailbox, ocore }) => {
    const owner = await ocore.owner('probe');
    const free = await owner.post('/user/change-email', { newEmail: `free-${owner.email}`, password });
    const taken = await owner.post('/user/change-email', { newEmail: admin.email, password });
    expect([taken.status, taken.body]).toEqual([free.status, free.body]);
    expect((await mailbox.nextAbout(admin.email, 'Your e-mail address and oCore')).text).not.toContain('token');
  });
});

describe('passwords', () => {
  it('are changed with the old one, with or without the other sessions', async ({ mailbox, ocore, anonymous }) => {
    const owner = await ocore.owner('pass');
    await mailbox.next(owner.email);
    const other = new Client(
      ocore.url,
      (await anonymous.post('/auth/login', { email: owner.email, password })).text('accessToken'),
      null,
    );
    expect(
      (await owner.post('/user/change-password', { currentPassword: 'wrong', newPassword: 'second horse 2' })).status,
    ).toBe(401);
    expect(
      (await owner.post('/user/change-password', { currentPassword: password, newPassword: 'second horse 2' })).status,
    ).toBe(200);
    expect((await other.get('/user')).status).toBe(200);
    expect(
      (
        await owner.post('/user/change-password', {
          currentPassword: 'second horse 2',
          newPassword: 'third horse 3',
          revokeOtherSessions: true,
        })
      ).status,
    ).toBe(200);
    expect([
      (await other.get('/user')).status,
      (await owner.get('/user')).status,
      await login(anonymous, owner.email, 'third horse 3'),
    ]).toEqual([401, 200, 200]);
    expect((await mailbox.next(owner.email)).text).toContain('If this was not you');
  });

  it.for([
    ['a common one', 'password1'],
    ['one with a year', 'Sunshine2024!'],
    ['the name', 'Wilma Weak 99'],
    ['the address', 'weak99@example.com'],
    ['the name in the address', 'weak99xx'],
  ])('refuses %s', async ([what, weak], { anonymous }) => {
    const email = what === 'the name in the address' ? 'weak99xx@example.com' : 'weak99@example.com';
    const answer = await anonymous.post('/auth/signup', { email, password: weak, name: 'Wilma Weak 99' });
    expect([answer.status, answer.at('error.details')]).toEqual([
      400,
      expect.objectContaining({ field: 'password', constraint: 'common' }),
    ]);
  });

  it('are the same however a keyboard writes them, and up to 256 characters', async ({ anonymous }) => {
    const email = `uni-${Math.random().toString(36).slice(2)}@example.com`;
    await anonymous.post('/auth/signup', { email, password: 'Ünïcode ﬁsh 1', name: 'Uni' });
    expect([
      await login(anonymous, email, 'U\u0308ni\u0308code fish 1'),
      await login(anonymous, email, 'Unicode fish 1'),
    ]).toEqual([200, 401]);
    expect(
      (
        await anonymous.post('/auth/signup', { email: `x${email}`, password: `${'long '.repeat(51)}12`, name: 'Uni' })
      ).at('error.details.constraint'),
    ).toBe('max_length');
  });

  it("are hashed anew with today's parameters at the next sign-in", async ({ ocore, anonymous }) => {
    const owner = await ocore.owner('rehash');
    await ocore.sql('UPDATE users SET password_hash = $2 WHERE email = $1', [
      owner.email,
      await hash(password, { memoryCost: 8192, timeCost: 1, parallelism: 1 }),
    ]);
    expect(await login(anonymous, owner.email, password)).toBe(200);
    const [row] = await ocore.sql<{ password_hash: string }>('SELECT password_hash FROM users WHERE email = $1', [
      owner.email,
    ]);
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await login(anonymous, owner.email, password)).toBe(200);
  });
});

describe('sign-up', () => {
  it('is closed and opened by the administrator at once; an invitation still lets in', async ({
    mailbox,
    ocore,
    anonymous,
  }) => {
    const stranger = await ocore.owner('stranger');
    expect([
      (await stranger.get('/admin/settings')).status,
      (await stranger.patch('/admin/settings', { signupOpen: false })).status,
    ]).toEqual([403, 403]);
    await ocore.strengthen(admin.email);
    expect((await admin.patch('/admin/settings', { signupOpen: false })).body).toMatchObject({
      signupOpen: false,
      signupOpenIsSet: true,
    });
    const signUp = (email: string, more: object = {}) =>
      anonymous.post('/auth/signup', { email, password, name: 'Late', ...more });
    expect((await signUp('late@example.com')).at('error.details.constraint')).toBe('signup_closed');
    const roles = await admin.get('/roles?limit=100');
    const viewer = z
      .object({ data: z.array(z.object({ id: z.string(), name: z.string() })) })
      .parse(roles.body)
      .data.find((role) => role.name === 'Viewer');
    expect((await admin.post('/members/invite', { email: 'guest@example.com', roleId: viewer?.id })).status).toBe(201);
    const { token: invitationToken } = await mailbox.next('guest@example.com');
    expect((await signUp('other@example.com', { invitationToken })).status).toBeGreaterThanOrEqual(400);
    expect((await signUp('guest@example.com', { invitationToken })).status).toBe(201);
    expect((await admin.patch('/admin/settings', { signupOpen: null })).body).toMatchObject({
      signupOpen: true,
      signupOpenIsSet: false,
    });
    expect((await signUp('late@example.com')).status).toBe(201);
    const rows = await ocore.sql<{ before_state: object }>(
      "SELECT before_state FROM audit_entries WHERE action = 'admin.settings_updated' ORDER BY id",
    );
    expect(rows.map((row) => row.before_state)).toMatchObject([
      { signupOpen: true, signupOpenIsSet: false },
      { signupOpen: false, signupOpenIsSet: true },
    ]);
  });
});

it('keeps every token and password out of the audit trail, the tables and the letters that were sent', async ({
  mailbox,
  ocore,
}) => {
  const owner = await ocore.owner('plant');
  const { token } = await mailbox.next(owner.email);
  const everything = await ocore.sql<{
    text: string;
  }>(`SELECT row_to_json(a)::text AS text FROM audit_entries a UNION ALL SELECT row_to_json(t)::text FROM one_time_tokens t
    UNION ALL SELECT row_to_json(s)::text FROM sessions s UNION ALL SELECT row_to_json(m)::text FROM mails m UNION ALL SELECT row_to_json(u)::text FROM users u UNION ALL SELECT row_to_json(o)::text FROM outbox_events o`);
  expect(everything.length).toBeGreaterThan(20);
  for (const secret of [token, owner.token ?? '', owner.refreshToken, password, 'another horse 2', 'third horse 3'])
    expect(everything.filter(({ text }) => text.includes(secret))).toEqual([]);
});

it('writes to an address that nobody has verified a few letters only, whatever happens to the account', async ({
  ocore,
}) => {
  const strict = await Ocore.start({
    DATABASE_URL: ocore.running.databaseUrl,
    DATA_DIR: ocore.dir,
    OCORE_ROLE: 'gateway',
    RATE_LIMIT_SENSITIVE_FACTOR: '1',
    TRUST_PROXY: '1',
  });
  try {
    const letters = async (email: string) =>
      Number(
        (await ocore.sql<{ count: string }>('SELECT count(*) FROM mails WHERE recipient = $1', [email]))[0]?.count,
      );
    const caller = new Client(strict.url, null, null);
    const signUp = (email: string) =>
      caller.request(
        'POST',
        '/api/auth/signup',
        { email, password, name: 'Flood' },
        { 'x-forwarded-for': '203.0.113.66' },
      );
    const stranger = `stranger-${Math.random()}@example.com`;
    const flooder = new Client(strict.url, (await signUp(stranger)).text('accessToken'), null);
    const change = async (times: number) => {
      for (let index = 0; index < times; index += 1)
        expect(
          (await flooder.post('/user/change-password', { currentPassword: password, newPassword: password })).status,
        ).toBe(200);
    };
    await change(8);
    expect(await letters(stranger)).toBe(6);
    await ocore.sql('UPDATE users SET email_verified_at = now() WHERE email = $1', [stranger]);
    await change(1);
    expect(await letters(stranger)).toBe(7);

    const again = `again-${Math.random()}@example.com`;
    const statuses: number[] = [];
    for (let index = 0; index < 6; index += 1) {
      const answer = await signUp(again);
      statuses.push(answer.status);
      if (answer.status === 201)
        await new Client(strict.url, answer.text('accessToken'), null).delete('/user', { confirmEmail: again });
    }
    expect([statuses, await letters(again)]).toEqual([[201, 201, 201, 201, 201, 429], 10]);
  } finally {
    await strict.running.stop();
  }
});

it('limits letters and guesses of their tokens, alike for known and unknown addresses', async ({ ocore }) => {
  const strict = await Ocore.start({
    DATABASE_URL: ocore.running.databaseUrl,
    DATA_DIR: ocore.dir,
    OCORE_ROLE: 'gateway',
    RATE_LIMIT_SENSITIVE_FACTOR: '1',
    TRUST_PROXY: '1',
  });
  const known = await ocore.owner('limited');
  const caller = new Client(strict.url, null, null);
  const post = async (path: string, body: object): Promise<number> =>
    (await caller.request('POST', `/api${path}`, body, { 'x-forwarded-for': '203.0.113.7' })).status;
  const ask = async (email: string): Promise<number[]> => {
    const statuses: number[] = [];
    for (let index = 0; index < 6; index += 1) statuses.push(await post('/auth/forgot-password', { email }));
    return statuses;
  };
  expect(await ask(known.email)).toEqual([200, 200, 200, 200, 200, 429]);
  expect(await ask('never-seen@example.com')).toEqual([200, 200, 200, 200, 200, 429]);
  const guesses: number[] = [];
  for (let index = 0; index < 61; index += 1)
    guesses.push(await post('/auth/verify-email', { token: `ocore_t_${index}` }));
  expect([guesses.slice(0, 60).every((status) => status === 422), guesses[60]]).toEqual([true, 429]);
  await strict.running.stop();
});
