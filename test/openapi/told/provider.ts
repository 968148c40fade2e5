import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { BrowserClient } from '../../kit/browser.ts';
import type { Client } from '../../kit/client.ts';
import type { Scene } from './scene.ts';

/** Accounts elsewhere: connected on a page, and a program that gets a session by one. */
export async function tellProviders({ story, ocore, google, anonymous }: Scene, person: Client): Promise<void> {
  story.at('/auth/oauth/{provider}', 'google');
  google.person = { id: '4711', email: person.email, emailVerified: true, name: 'Ada Lovelace' };
  const link = await story.tell('POST /auth/oauth/{provider}/link', person);
  const browser = new BrowserClient(ocore.url);
  await browser.follow(await browser.submit(await browser.get(link.text('url'))), ocore.url, `${ocore.url}/?`);
  await story.tell('GET /user/connected-accounts', person);
  await story.tell('GET /auth/providers', anonymous);

  // A new person: the account of the first has a second step.
  google.person = { id: '4712', email: 'lin@example.com', emailVerified: true, name: 'Ada Lovelace' };
  const codeVerifier = randomBytes(32).toString('base64url');
  const asked = new URLSearchParams({
    redirect_uri: 'http://127.0.0.1:8910/signed-in',
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
  });
  const start = `${ocore.url}/api/auth/oauth/google?${asked.toString()}`;
  const program = new BrowserClient(ocore.url);
  const sentOn = await program.get(start);
  expect([sentOn.status, sentOn.headers.get('location')]).toEqual([302, expect.stringContaining(google.url)]);
  story.told.add('GET /auth/oauth/{provider} 302');
  const { address } = await program.follow(sentOn, start, 'http://127.0.0.1:8910/');
  await story.tell('POST /auth/oauth/exchange', anonymous, {
    body: { code: new URL(address).searchParams.get('code') ?? '', codeVerifier },
    free: ['session.user.email', 'session.organizations[].name', 'session.organizations[].slug'],
  });
  await story.tell('DELETE /user/connected-accounts/{provider}', person);
}
