import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify, SignJWT, generateKeyPair } from 'jose';
import { afterAll, expect } from 'vitest';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { GatewayProcess } from '../kit/gateway.ts';

const run = promisify(execFile);
let second: GatewayProcess;
it.beforeAll(async ({ ocore }) => {
  second = await GatewayProcess.start(ocore);
});
afterAll(async () => {
  await second?.kill();
});

const at = (url: string, { token, org }: Client): Client => new Client(url, token, org);
const kidOf = (token: string | null): unknown => decodeProtectedHeader(token ?? '').kid;

it('ends a session for every process with the next request', async ({ ocore }) => {
  const owner = await ocore.owner('two');
  expect((await at(second.url, owner).get('/org')).status).toBe(200);
  await owner.post('/auth/logout');
  expect((await at(second.url, owner).get('/org')).status).toBe(401);
});

it('rotates the signing key while processes run: nobody is signed out, and all take it up', async ({ ocore }) => {
  const owner = await ocore.owner('rot');
  const { stdout } = await run(process.execPath, ['src/cli/keys.ts', 'rotate-signing'], {
    env: { ...process.env, ENVIRONMENT: 'test', DATA_DIR: ocore.dir },
  });
  const refreshed = await new Client(ocore.url, null, null).post('/auth/refresh', { refreshToken: owner.refreshToken });
  const token = refreshed.text('accessToken');
  expect(kidOf(token)).not.toBe(kidOf(owner.token));
  expect(stdout).toContain(String(kidOf(token)));
  for (const url of [ocore.url, second.url]) {
    expect((await at(url, owner).get('/org')).status).toBe(200);
    expect((await new Client(url, token, owner.org).get('/org')).status).toBe(200);
    // Anyone can check a token by the published keys, old and new.
    const jwks = createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`));
    for (const one of [owner.token ?? '', token])
      expect((await jwtVerify(one, jwks, { issuer: 'ocore' })).payload['sid']).toBeDefined();
  }
  expect(JSON.stringify(await (await fetch(`${ocore.url}/.well-known/jwks.json`)).json())).not.toContain('"d"');

  // Once its tokens have ended, the old key is worth nothing.
  await ocore.sql("UPDATE signing_keys SET retired_at = now() - interval '1 second' WHERE retired_at IS NOT NULL");
  const late = await GatewayProcess.start(ocore);
  expect((await at(late.url, owner).get('/org')).status).toBe(401);
  expect((await new Client(late.url, token, owner.org).get('/org')).status).toBe(200);
  await late.kill();
  // Also where its token was found good before: whoever stole the key could have made one that never ends.
  await run(process.execPath, ['src/cli/keys.ts', 'rotate-signing'], {
    env: { ...process.env, ENVIRONMENT: 'test', DATA_DIR: ocore.dir },
  });
  for (const url of [ocore.url, second.url])
    await expect.poll(async () => (await at(url, owner).get('/org')).status).toBe(401);
});

it('takes no key but its own', async ({ ocore }) => {
  const owner = await ocore.owner('for');
  const [, payload = ''] = (owner.token ?? '').split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const { privateKey } = await generateKeyPair('EdDSA');
  const forged = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', kid: String(kidOf(owner.token)), typ: 'at+jwt' })
    .sign(privateKey);
  const unsigned = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${payload}.`;
  const foreign = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', kid: 'unknown', typ: 'at+jwt' })
    .sign(privateKey);
  for (const token of [forged, unsigned, foreign])
    expect((await new Client(ocore.url, token, owner.org).get('/org')).status).toBe(401);
});
