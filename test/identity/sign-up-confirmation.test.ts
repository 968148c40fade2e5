import { expect } from 'vitest';
import { BrowserClient } from '../kit/browser.ts';
import { type Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import type { Mailbox } from '../kit/mailbox.ts';
import type { Ocore } from '../kit/ocore.ts';

it.override('env', ({ mailbox }) => ({ ...mailbox.env, SIGNUP_CONFIRMATION: 'true' }));

const password = 'correct horse 1';

const signUp = (anonymous: Client, email: string, more: object = {}): Promise<Answer> =>
  anonymous.post('/auth/signup', { email, password, name: 'Ada', ...more });
const confirm = (anonymous: Client, token: string, more: object = {}): Promise<Answer> =>
  anonymous.post('/auth/signup/confirm', { token, password, ...more });
const login = async (anonymous: Client, email: string, secret = password): Promise<number> =>
  (await anonymous.post('/auth/login', { email, password: secret })).status;

/** Signs up and confirms. */
async function person(mailbox: Mailbox, ocore: Ocore, anonymous: Client, email: string): Promise<Client> {
  await signUp(anonymous, email);
  const made = await confirm(anonymous, (await mailbox.next(email)).token);
  expect(made.status).toBe(201);
  return new Client(
    ocore.url,
    made.text('accessToken'),
    made.text('organizations.0.slug'),
    made.text('refreshToken'),
    email,
  );
}

it('answers alike for new and known addresses; who reads the e-mail learns which it is', async ({
  mailbox,
  ocore,
  anonymous,
}) => {
  await person(mailbox, ocore, anonymous, 'known@example.com');
  await ocore.sql("UPDATE mails SET created_at = created_at - interval '1 hour'");
  const [fresh, known] = [await signUp(anonymous, 'fresh@example.com'), await signUp(anonymous, 'known@example.com')];
  expect([fresh.status, fresh.headers.get('set-cookie')]).toEqual([202, null]);
  expect([known.status, known.body, known.headers.get('set-cookie')]).toEqual([fresh.status, fresh.body, null]);
  const [link, news] = [await mailbox.next('fresh@example.com'), await mailbox.next('known@example.com')];
  expect([link.link.pathname, link.subject === news.subject]).toEqual(['/confirm-sign-up', true]);
  expect([news.text, news.token]).toEqual([expect.stringContaining('already has an account'), '']);
  // Until then there is nothing to find out by signing in either.
  expect(await login(anonymous, 'fresh@example.com')).toBe(401);
  expect(await ocore.sql("SELECT 1 FROM users WHERE email = 'fresh@example.com'")).toEqual([]);
  // Slugs are told to everybody, whatever the address.
  const organizationSlug = String(
    (await ocore.sql<{ slug: string }>('SELECT slug FROM organizations LIMIT 1'))[0]?.slug,
  );
  const slugs = await Promise.all(
    ['known@example.com', 'new@example.com'].map((email) => signUp(anonymous, email, { organizationSlug })),
  );
  expect(slugs.map((answer) => [answer.status, answer.at('error.details.field')])).toEqual([
    [409, 'organizationSlug'],
    [409, 'organizationSlug'],
  ]);
});

it('creates the account for who reads the e-mail, with the password given there, once', async ({
  mailbox,
  ocore,
  anonymous,
}) => {
  await signUp(anonymous, 'victim@example.com', { name: 'Not I', organizationName: 'Somebody else' });
  const { token, link } = await mailbox.next('victim@example.com');
  const browser = new BrowserClient(ocore.url);
  const page = await browser.get(link.href);
  const again = await browser.submit(page, { password: 'password123' });
  expect([again.status, String(again.body)]).toEqual([400, expect.stringContaining('is a common password')]);
  expect((await browser.submit(again, { password: 'my own horse 2' })).status).toBe(200);
  expect([
    await login(anonymous, 'victim@example.com'),
    await login(anonymous, 'victim@example.com', 'my own horse 2'),
  ]).toEqual([401, 200]);
  expect([(await confirm(anonymous, token)).status, (await confirm(anonymous, 'ocore_t_guessed')).status]).toEqual([
    422, 422,
  ]);

  await signUp(anonymous, 'named@example.com');
  const made = await confirm(anonymous, (await mailbox.next('named@example.com')).token, { name: 'Ada Lovelace' });
  expect([made.status, made.at('user.name'), made.at('user.emailVerified')]).toEqual([201, 'Ada Lovelace', true]);
});

it('sends one e-mail for many requests, and the link in it stays good', async ({ mailbox, ocore, anonymous }) => {
  for (let index = 0; index < 4; index += 1) expect((await signUp(anonymous, 'eager@example.com')).status).toBe(202);
  const { token } = await mailbox.next('eager@example.com');
  while ((await ocore.sql("SELECT 1 FROM one_time_tokens WHERE purpose = 'sign_up_request'")).length > 0)
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  expect(await ocore.sql("SELECT 1 FROM mails WHERE recipient = 'eager@example.com'")).toHaveLength(1);
  expect((await confirm(anonymous, token)).status).toBe(201);
});

it('has the mutation that makes accounts at once say so, and invitations skip the step', async ({
  mailbox,
  ocore,
  anonymous,
}) => {
  const mutation = (name: string, fields: string) =>
    anonymous.graphql(`mutation ($input: SignUpInput!) { ${name}(input: $input) { ${fields} } }`, {
      input: { email: 'graph@example.com', password, name: 'Graph' },
    });
  expect((await mutation('signUp', 'expiresIn')).at('errors.0.extensions')).toMatchObject({
    code: 'forbidden',
    details: { constraint: 'confirmation' },
  });
  expect((await mutation('register', 'confirmationSent session { expiresIn }')).at('data.register')).toEqual({
    confirmationSent: true,
    session: null,
  });
  const owner = await person(mailbox, ocore, anonymous, 'owner@example.com');
  expect(
    (await owner.post('/members/invite', { email: 'guest@example.com', roleId: await owner.roleId('Viewer') })).status,
  ).toBe(201);
  const { token: invitationToken } = await mailbox.next('guest@example.com');
  expect((await signUp(anonymous, 'guest@example.com', { invitationToken })).at('user.emailVerified')).toBe(true);
});

it('makes no account after the administrator closed sign-up', async ({ mailbox, ocore, anonymous }) => {
  await signUp(anonymous, 'late@example.com');
  const { token } = await mailbox.next('late@example.com');
  await ocore.sql('INSERT INTO installation_settings (id, signup_open, updated_at) VALUES (1, false, now())');
  expect((await confirm(anonymous, token)).at('error.details.constraint')).toBe('signup_closed');
});
