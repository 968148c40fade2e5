import { describe, expect } from 'vitest';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';
import { nowhere } from '../kit/nowhere.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

const unseen = [
  'Acme\u202Egro.live',
  'Acme\u2066x\u2069',
  'Ac\u200Bme',
  'Acme\r\nBcc: all@example.com',
  'Acme\u2028x',
  'Ac\u0007me',
  'Acme\u200F',
  'A\uFEFFcme',
];
const links = [
  'Your account is suspended, visit http://evil.example/login',
  'https://evil.example',
  'www.evil.example',
  'mailto:a@evil.example',
  'hxxp://evil.example',
  'Go to evil.example/login now',
  'ht\u200Dtp\u200D://evil.example',
];

describe('a name', () => {
  it.for([...unseen.map((name) => [name, 'plain_text']), ...links.map((name) => [name, 'no_link'])])(
    'of a person or an organization is not %j',
    async ([name, constraint], { ocore, owner }) => {
      const person = { email: `a${Math.random()}@example.com`, password: 'correct horse 1', name: 'Ann' };
      const nobody = new Client(ocore.url, null, null);
      const answers = [
        await nobody.post('/auth/signup', { ...person, name }),
        await nobody.post('/auth/signup', { ...person, organizationName: name }),
        await owner.patch('/user', { name }),
        await owner.post('/user/orgs', { name }),
        await owner.put('/org', { name }),
      ];
      expect(
        answers.map((answer) => [answer.status, answer.at('error.code'), answer.at('error.details.constraint')]),
      ).toEqual(answers.map(() => [400, 'validation_error', constraint]));
    },
  );

  it.for(unseen)('of a thing is not %j either', async (name, { owner }) => {
    const answers = [
      await owner.post('/projects', { name }),
      await owner.post('/roles', { name, permissionIds: [] }),
      await owner.post('/api-keys', { name, permissions: ['view:org'] }),
      await owner.post('/servers', {
        name,
        ...nowhere,
      }),
    ];
    expect(answers.map((answer) => [answer.status, answer.at('error.details.constraint')])).toEqual(
      answers.map(() => [400, 'plain_text']),
    );
  });

  it.for(['Zoë 👩‍💻', 'Booking.com', 'Odoo S.A.', 'مریم‌السادات', 'Müller & Söhne: ERP', '株式会社', 'Dr. No'])(
    'may be %j',
    async (name, { owner }) => {
      expect((await owner.put('/org', { name })).at('name')).toBe(name);
      expect((await owner.patch('/user', { name })).at('name')).toBe(name);
    },
  );
});

/** The newest letter to an address, as it is sent. */
async function letterTo(ocore: Ocore, email: string): Promise<{ subject: string; text: string }> {
  const [row] = await ocore.sql<{ subject: string }>(
    'SELECT subject FROM mails WHERE recipient = $1 ORDER BY id DESC LIMIT 1',
    [email],
  );
  return { subject: row?.subject ?? '', text: await ocore.letterTo(email) };
}

const phishing = `Your account is suspended!\r\nSubject: x\n\nVisit http://evil.example/login or www.evil.example or evil\u200B.example ${'now '.repeat(50)}\u202E`;
/** What a mail program would make a link of, our own address left out. */
const linksIn = (text: string): string[] =>
  (text.match(/\S+:\/\/\S+|\bwww\.\S+|[\p{L}\p{N}-]+\.\p{L}{2,}\S*/giu) ?? []).filter(
    (link) => !link.startsWith(`http://127.0.0.1`) && !link.includes('@example.com') && !link.startsWith('example.com'),
  );

describe('an e-mail', () => {
  it('makes no message of the names in an invitation, nor a link of them', async ({ ocore }) => {
    const sender = await ocore.owner('sender');
    await ocore.sql('UPDATE organizations SET name = $1 WHERE slug = $2', [phishing, sender.org]);
    await ocore.sql('UPDATE users SET name = $1 WHERE email = $2', [phishing, sender.email]);
    await ocore.sql(
      "UPDATE roles SET name = $1 WHERE name = 'Viewer' AND org_id = (SELECT id FROM organizations WHERE slug = $2)",
      [phishing, sender.org],
    );
    const roleId = (await ocore.sql<{ id: string }>('SELECT id FROM roles WHERE name = $1', [phishing]))[0]?.id;
    const email = 'victim@example.com';
    expect((await sender.post('/members/invite', { email, roleId })).status).toBe(201);
    const { subject, text } = await letterTo(ocore, email);
    expect(subject).toBe('Invitation to an organization on oCore');
    expect(linksIn(text)).toEqual([]);
    for (const label of ['Organization:', 'Invited by:', 'Role:']) {
      expect(text.split('\n').find((line) => line.startsWith(label))).toMatch(
        /“Your account is suspended! Subject: x Visit http\[:\]\/\/.*…”$/,
      );
    }
    expect(text).not.toMatch(/[\p{Bidi_Control}\u200b\r]/u);
    expect(Math.max(...text.split('\n').map((line) => [...line].length))).toBeLessThan(120);
    expect(text).toContain(`${ocore.url}/accept-invitation?token=`);
  });

  it('says about the own account what a device was called, in quotation marks', async ({ ocore }) => {
    const person = await ocore.owner('keys');
    const label = 'Reset at http://evil.example"';
    const publicKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)}`;
    const added = await person.request(
      'POST',
      '/api/user/ssh-keys',
      { label, publicKey },
      { 'user-agent': 'curl/8 http://evil.example' },
    );
    expect(added.status).toBe(201);
    const { subject, text } = await letterTo(ocore, person.email);
    expect(subject).toBe('oCore: An SSH key was added');
    expect(text).toContain('An SSH key was added: “Reset at http[:]//evil[.]example’”.');
    expect(linksIn(text)).toEqual([]);
    const newEmail = `new-${person.email}`;
    await person.request(
      'POST',
      '/api/user/change-email',
      { newEmail, password: 'correct horse 1' },
      { 'user-agent': 'Mozilla http://evil.example Firefox/1' },
    );
    expect(linksIn((await letterTo(ocore, newEmail)).text)).toEqual([]);
  });
});
