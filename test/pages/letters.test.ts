import { globSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import emulators, { AuthenticatorEmulator, PasskeysCredentialsMemoryRepository } from 'nid-webauthn-emulator';
import { generate } from 'otplib';
import { expect } from 'vitest';
import { letters } from '../../src/identity/index.ts';
import { BrowserClient } from '../kit/browser.ts';
import { type Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';
import { newSshKey } from '../kit/ssh-key.ts';

const key = (): string => newSshKey().public;

it.override('keysAtGithub', [key()]);
it.override('appUrl', ({ port }) => `http://localhost:${port}`);
it.override('env', ({ appUrl, google, githubKeys }) => ({ APP_URL: appUrl, ...google.env, ...githubKeys.env }));

const password = 'correct horse 1';
const browserHeaders = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'sec-fetch-mode': 'navigate' };

interface Letter {
  to: string;
  subject: string;
  text: string;
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};
const plain = (markup: string): string =>
  markup.replace(/<[^>]+>/g, '').replace(/&\S+?;/g, (entity) => entities[entity] ?? entity);

/** What a developer reads on /outbox, newest first. */
async function outbox(ocore: Ocore): Promise<Letter[]> {
  const page = String((await new BrowserClient(ocore.url).get('/outbox', browserHeaders)).body);
  return [...page.matchAll(/<article><h2>(.*?)<\/h2><p>To (.*?), .*?<\/p><pre>([^]*?)<\/pre>/g)].map(
    ([, subject = '', to = '', text = '']) => ({ subject: plain(subject), to: plain(to), text: plain(text) }),
  );
}

/** The newest e-mail to an address with these words, which a worker may still be writing. */
async function arrived(ocore: Ocore, to: string, words: string): Promise<Letter> {
  for (;;) {
    const letter = (await outbox(ocore)).find((one) => one.to === to && `${one.subject}\n${one.text}`.includes(words));
    if (letter) return letter;
    await sleep(100);
  }
}

const linksOf = ({ text }: Letter): string[] => text.match(/https?:\/\/[^\s<>"]+/g) ?? [];
const linkOf = (letter: Letter, page: string): string =>
  linksOf(letter).find((link) => new URL(link).pathname === page) ?? 'http://none.invalid/';

/** The subject and the first words of every e-mail that the source can write. */
function allKinds(): string[] {
  const client = { requestId: 'req_1', ipAddress: null, userAgent: null };
  const ours = Object.values(letters).map((write): Letter => {
    const texts: unknown[] = Array.from({ length: write.length - 1 }, () => 'Google');
    return Reflect.apply(write, undefined, [...texts, client]);
  });
  const sources = globSync('src/**/*.ts').map((file) => readFileSync(file, 'utf8'));
  const notices = sources.flatMap((source) => [
    ...source.matchAll(/\bnotifyAccount\(\s*tx,\s*app,\s*[\w.]+,\s*\w+,\s*['`]([^'`$;]+)/g),
  ]);
  const calls = sources.flatMap((source) => [...source.matchAll(/(?<!function )\bnotifyAccount\(/g)]);
  expect(notices.length).toBe(calls.length);
  const others = sources.flatMap((source) => [...source.matchAll(/(?<!function )\bqueue(?:Mail|Notice)\(([^]*?)\);/g)]);
  // Whatever is sent is one of `letters`, a notice, or an invitation.
  expect(
    others
      .map(([, args = '']) => args.replace(/\s+/g, ' '))
      .filter((args) => !/letters\.|\bletter\(|, letter$|subject: `oCore: /.test(args)),
  ).toEqual([]);
  return [
    ...ours.map(({ subject, text }) => `${subject}\n${text.slice(0, 20)}`),
    ...notices.map(([, what = '']) => `oCore: ${what}`),
    'Invitation to an organization on oCore\n',
  ];
}

const passkeys = new emulators.default(
  new AuthenticatorEmulator({ credentialsRepository: new PasskeysCredentialsMemoryRepository() }),
);

/** Lives a life in which every notice comes up. */
async function live(ocore: Ocore, appUrl: string, person: Client, anonymous: Client): Promise<void> {
  const begun = await person.post('/user/passkeys/register/begin', { device_name: 'Laptop' });
  const made = passkeys.createJSON(appUrl, JSON.parse(JSON.stringify(begun.at('publicKey'))));
  const passkey = await person.post('/user/passkeys/register/finish', made);
  await person.delete(`/user/passkeys/${passkey.text('id')}`);
  await person.post('/user/ssh-keys', { label: 'Laptop', publicKey: key() });
  await person.post('/user/ssh-keys/import-github', { githubUsername: 'ada' });
  const code = async (secret: string): Promise<string> => {
    // Each code is good once, and the next one comes only after half a minute.
    await ocore.sql('UPDATE users SET totp_last_step = NULL');
    return generate({ secret });
  };
  const secret = (await person.post('/user/totp/setup', { password })).text('secret');
  await person.post('/user/totp/enable', { code: await code(secret) });
  const renewed = await person.post('/user/totp/recovery-codes', { code: await code(secret) });
  const ticket = (await anonymous.post('/auth/login', { email: person.email, password })).text('partialToken');
  await anonymous.post('/auth/login/2fa', { partialToken: ticket, code: renewed.text('recoveryCodes.0') });
  await person.post('/user/totp/disable', { code: await code(secret), password });
  await person.post('/user/change-password', { currentPassword: password, newPassword: 'correct horse 2' });
  await person.delete('/user', { confirmEmail: person.email, password: 'correct horse 2' });
}

/** What the tables of accounts and invitations hold, but for when somebody was last seen. */
async function stateOf(ocore: Ocore): Promise<unknown> {
  const tables = ['one_time_tokens', 'invitations', 'invite_links', 'memberships', 'users', 'connected_accounts'];
  const parts = tables.map(
    (table) => `SELECT '${table}' AS name, md5(string_agg(t::text, ',' ORDER BY t.id)) AS hash FROM ${table} t`,
  );
  return ocore.sql(parts.join(' UNION ALL '));
}

const seen = new Set<string>();

/** Opens every link of every e-mail, as mail scanners and people do; each is a page, and opening it changes nothing. */
async function crawl(ocore: Ocore): Promise<void> {
  const before = await stateOf(ocore);
  const links = (await outbox(ocore)).flatMap((letter) => linksOf(letter).map((link) => ({ link, letter })));
  for (const { link, letter } of links.filter(({ link: one }) => !seen.has(one))) {
    seen.add(link);
    const answer = await new BrowserClient(ocore.url).get(
      link.replace(/^http:\/\/localhost:/, 'http://127.0.0.1:'),
      browserHeaders,
    );
    expect([letter.subject, link, answer.status, answer.headers.get('content-type')]).toEqual([
      letter.subject,
      link,
      200,
      'text/html; charset=utf-8',
    ]);
  }
  expect(await stateOf(ocore)).toEqual(before);
}

/** Presses the button of the page behind a link. */
async function use(ocore: Ocore, link: string, fields: Record<string, string> = {}): Promise<Answer> {
  const browser = new BrowserClient(ocore.url);
  return browser.submit(await browser.get(new URL(link).pathname + new URL(link).search), fields);
}

it('every link of every e-mail is a page whose form works, and that only its button uses', async ({
  ocore,
  owner,
  anonymous,
  appUrl,
  google,
}) => {
  await live(ocore, appUrl, await ocore.owner('ada'), anonymous);

  const verified = await ocore.owner('grace');
  const verify = linkOf(await arrived(ocore, verified.email, 'Verify'), '/verify-email');
  await ocore.owner('other').then((other) => verified.post('/user/change-email', { newEmail: other.email, password }));
  await anonymous.post('/auth/forgot-password', { email: verified.email });
  const reset = linkOf(await arrived(ocore, verified.email, 'requested a new password'), '/reset-password');

  const helped = (await (await ocore.owner('helped')).get('/user')).text('id');
  await owner.post(`/admin/users/${helped}/impersonate`, { reason: 'The invoices are missing' });
  await owner.post(`/admin/users/${helped}/reset-second-factor`);

  const moving = await ocore.owner('moving');
  const newEmail = `new-${moving.email}`;
  await moving.post('/user/change-email', { newEmail, password });
  const move = linkOf(await arrived(ocore, newEmail, 'Confirm'), '/verify-email-change');

  const roleId = await owner.roleId('Viewer');
  const invitation = await owner.post('/members/invite', { email: 'invited@example.com', roleId });
  await crawl(ocore);
  // The link before is void then.
  await owner.post(`/invitations/${invitation.text('id')}/resend`);
  const invite = linkOf(await arrived(ocore, 'invited@example.com', 'Invitation'), '/accept-invitation');

  const careful = await Ocore.start({
    DATABASE_URL: ocore.running.databaseUrl,
    DATA_DIR: ocore.dir,
    APP_URL: appUrl,
    OCORE_ROLE: 'gateway',
    SIGNUP_CONFIRMATION: 'true',
  });
  try {
    const stranger = new Client(careful.url, null, null);
    for (const email of ['fresh@example.com', owner.email])
      expect((await stranger.post('/auth/signup', { email, password, name: 'Somebody' })).status).toBe(202);
  } finally {
    await careful.running.stop();
  }
  const confirm = linkOf(await arrived(ocore, 'fresh@example.com', 'requested an oCore account'), '/confirm-sign-up');
  await arrived(ocore, owner.email, 'already has an account');

  await crawl(ocore);
  // In this order: a new password ends what else the account has been sent.
  expect(String((await use(ocore, verify)).body)).toContain('Your e-mail address is verified');
  google.person = { id: '7', email: verified.email, emailVerified: true, name: 'Grace' };
  const start = `${appUrl}/sign-in/google`;
  const browser = new BrowserClient(appUrl);
  await browser.follow(await browser.get(start), start, `${appUrl}/?`);
  expect((await browser.api('DELETE', '/user/connected-accounts/google')).status).toBe(200);
  expect(String((await use(ocore, reset, { password: 'battery staple 2' })).body)).toContain('Your password is set');
  expect(String((await use(ocore, confirm, { password })).body)).toContain('Your account is ready');
  expect((await use(ocore, invite, { name: 'Invited', email: 'invited@example.com', password })).status).toBe(303);
  expect((await owner.get('/members?search=invited')).at('data.0.role.name')).toBe('Viewer');
  expect(String((await use(ocore, move)).body)).toContain('Your e-mail address is changed');
  const undo = linkOf(await arrived(ocore, moving.email, 'now uses'), '/undo-email-change');
  const forgot = linkOf(await arrived(ocore, verified.email, 'set a new password at once'), '/forgot-password');
  await crawl(ocore);
  expect(String((await use(ocore, undo)).body)).toContain('Your previous e-mail address is restored');
  expect(String((await use(ocore, forgot, { email: moving.email })).body)).toContain(
    'an e-mail with a link has been sent',
  );
  expect(linkOf(await arrived(ocore, moving.email, 'requested a new password'), '/reset-password')).toContain('token=');

  const written = (await outbox(ocore)).map(({ subject, text }) => `${subject}\n${text}`);
  expect(allKinds().filter((kind) => !written.some((one) => one.startsWith(kind)))).toEqual([]);
});

it('every link of the start page, of the 404 page and of /api leads somewhere', async ({ ocore }) => {
  const browser = new BrowserClient(ocore.url);
  const links = new Set<string>();
  for (const path of ['/', '/nothing', '/api', '/api/']) {
    const page = await browser.get(path, browserHeaders);
    expect([path, page.status]).toEqual([path, path === '/nothing' ? 404 : 200]);
    for (const [, link = ''] of String(page.body).matchAll(/ href="([^"]+)"/g)) links.add(link);
  }
  expect(links.size).toBeGreaterThan(20);
  for (const link of links) {
    const answer = await browser.get(link, browserHeaders);
    expect([link, answer.status]).toEqual([link, 200]);
  }
});
