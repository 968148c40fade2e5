import emulators, { AuthenticatorEmulator, PasskeysCredentialsMemoryRepository } from 'nid-webauthn-emulator';
import { z } from 'zod';
import type { Json } from '../../../rest/openapi/json.ts';
import type { Answer, Client } from '../../kit/client.ts';
import { codesOf, password, type Scene, signedIn } from './scene.ts';

/** Somebody signs up with the documented body and looks after the account; gives that person, with an app and a passkey. */
export async function tellAccount({ story, ocore, anonymous }: Scene): Promise<Client> {
  const ada = signedIn(ocore, await story.tell('POST /auth/signup', anonymous), 'ada@example.com');
  await story.tell('POST /auth/resend-verification', ada);
  await story.tell('POST /auth/verify-email', ada, { body: { token: await ocore.invitationTo(ada.email) } });
  await story.tell('POST /auth/login', anonymous);
  const refreshed = await story.tell('POST /auth/refresh', anonymous);
  await story.tell('POST /auth/logout', signedIn(ocore, refreshed, ada.email));

  const person = signedIn(ocore, await anonymous.post('/auth/login', { email: ada.email, password }), ada.email);
  const setup = await story.tell('POST /user/totp/setup', person);
  const code = codesOf(setup.text('secret'));
  await story.tell('POST /user/totp/enable', person, { body: { code: code() } });
  await story.tell('GET /user', person);
  await story.tell('PATCH /user', person, { free: ['impersonatedBy'] });
  await story.tell('POST /user/totp/recovery-codes', person, { body: { code: code() } });
  const ticket = await anonymous.post('/auth/login', { email: ada.email, password });
  await story.tell('POST /auth/login/2fa', anonymous, {
    body: { code: code(), partialToken: ticket.text('partialToken') },
  });

  await tellPasskeys({ story, ocore, anonymous }, person);
  await story.tell('GET /user/sessions', person);
  await story.tell('GET /user/security-log', person, { query: '?action=auth.login', free: ['data[].afterState'] });
  const sessions = z
    .object({ data: z.array(z.object({ id: z.string(), current: z.boolean() })) })
    .parse((await person.get('/user/sessions')).body).data;
  story.at('/user/sessions/{id}', sessions.find((one) => !one.current)?.id ?? '');
  await story.tell('DELETE /user/sessions/{id}', person);
  await story.tell('DELETE /user/sessions', person);
  await story.tell('POST /user/change-email', person);
  return person;
}

async function tellPasskeys(
  { story, ocore, anonymous }: Pick<Scene, 'story' | 'ocore' | 'anonymous'>,
  person: Client,
): Promise<void> {
  const device = new emulators.default(
    new AuthenticatorEmulator({
      credentialsRepository: new PasskeysCredentialsMemoryRepository(),
      transports: ['internal'],
    }),
  );
  const origin = ocore.url.replace('127.0.0.1', 'localhost');
  const options = (answer: Answer) => JSON.parse(JSON.stringify(answer.at('publicKey')));
  const signed = (value: unknown): Json => JSON.parse(JSON.stringify(value));
  // The site is this machine, and what a passkey is called is up to its maker.
  const begun = await story.tell('POST /user/passkeys/register/begin', person, {
    free: ['publicKey.rp.id', 'publicKey.user.id'],
  });
  await story.tell('POST /user/passkeys/register/finish', person, {
    whole: signed(device.createJSON(origin, options(begun))),
  });
  await story.tell('GET /user/passkeys', person);
  const asked = await story.tell('POST /auth/passkey/login/begin', anonymous, {
    free: ['publicKey.rpId', 'publicKey.allowCredentials[].id'],
  });
  await story.tell('POST /auth/passkey/login/finish', anonymous, {
    whole: signed(device.getJSON(origin, options(asked))),
  });
  await story.tell('PATCH /user/passkeys/{id}', person);
  await story.tell('DELETE /user/passkeys/{id}', person);
}

/** Keys for servers, and what GitHub knows of them. */
export async function tellSshKeys({ story }: Scene, person: Client): Promise<void> {
  await story.tell('POST /user/ssh-keys', person);
  await story.tell('GET /user/ssh-keys', person);
  await story.tell('PATCH /user/ssh-keys/{id}', person);
  await story.tell('POST /user/ssh-keys/import-github', person);
  await story.tell('DELETE /user/ssh-keys/{id}', person);
}

/** What ends things: the second factor, the password, the account. */
export async function tellAccountEnd({ story, ocore }: Scene): Promise<void> {
  const codes = await ocore.owner('leaver');
  const setup = await codes.post('/user/totp/setup', { password });
  const code = codesOf(setup.text('secret'));
  await codes.post('/user/totp/enable', { code: code() });
  await story.tell('POST /user/totp/disable', codes, { body: { code: code() } });
  await story.tell('POST /user/change-password', codes);
  await story.tell('DELETE /user', codes, { body: { confirmEmail: codes.email, password: 'correct horse 2' } });
}
