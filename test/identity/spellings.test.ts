import { expect } from 'vitest';
import type { Answer } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { oathtool } from '../kit/oathtool.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

const password = 'correct horse 1';

it('knows an account by its e-mail address in every spelling', async ({ anonymous }) => {
  const signUp = (email: string): Promise<Answer> => anonymous.post('/auth/signup', { email, password, name: 'Ada' });
  const made = await signUp(' R&D.o’brien@Пример.рф\n'.replace('’', "'"));
  expect([made.status, made.at('user.email')]).toEqual([201, "r&d.o'brien@xn--e1afmkfd.xn--p1ai"]);
  for (const email of ["r&d.O'Brien@пример.РФ", "\tr&d.o'brien@XN--E1AFMKFD.xn--p1ai "])
    expect((await anonymous.post('/auth/login', { email, password })).status).toBe(200);
  expect((await signUp("r&d.o'brien@пример.рф")).status).not.toBe(201);
});

it.for([
  'nobody',
  '@example.com',
  'a@example',
  'a..b@example.com',
  '.a@example.com',
  'a b@example.com',
  'a@b@example.com',
  'a@192.0.2.1',
  'a@-example.com',
  `${'a'.repeat(65)}@example.com`,
  // A sign that becomes a plain k in lower case: it must not lead to the account of another.
  '\u212Aate@example.com',
  'a@example.com\u0000',
])('refuses %j as an e-mail address', async (email, { anonymous }) => {
  const answer = await anonymous.post('/auth/signup', { email, password, name: 'Ada' });
  expect([answer.status, answer.at('error.code'), answer.at('error.details.field')]).toEqual([
    400,
    'validation_error',
    'email',
  ]);
});

it('takes codes as keyboards of other countries write them', async ({ ocore, anonymous }) => {
  const person = await ocore.owner('wide');
  const secret = (await person.post('/user/totp/setup')).text('secret');
  const wide = (code: string): string =>
    [...code].map((digit) => String.fromCodePoint((digit.codePointAt(0) ?? 0) - 0x30 + 0xff10)).join('\u3000');
  const enabled = await person.post('/user/totp/enable', { code: wide(oathtool(secret)) });
  expect(enabled.status).toBe(200);
  const ticket = (await anonymous.post('/auth/login', { email: person.email, password })).text('partialToken');
  const code = enabled.text('recoveryCodes.0').toLowerCase().replaceAll('-', ' \u2011 ');
  expect((await anonymous.post('/auth/login/2fa', { code: `\u200e${code}\n`, partialToken: ticket })).status).toBe(200);
});
