import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { z } from 'zod';
import { type Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';
import { Program } from '../kit/program.ts';

it.override('env', { OCORE_ROLE: 'worker' });

let env: Record<string, string>;
const programs: Program[] = [];

it.beforeAll(async ({ ocore }) => {
  env = {
    DATABASE_URL: ocore.running.databaseUrl,
    DATA_DIR: ocore.dir,
    OCORE_ROLE: 'gateway',
    SSH_ENCRYPTION_KEY: (await readFile(join(ocore.dir, 'secrets', 'ssh_encryption_key'), 'utf8')).trim(),
  };
});
afterAll(async () => {
  await Program.endAll();
});

async function gateway(): Promise<Program> {
  const program = await Program.start({ ...env, ENVIRONMENT: 'production', APP_URL: 'https://ocore.example.com' });
  programs.push(program);
  return program;
}

const printed = (program: Program): string | undefined => /"setupToken":"([0-9a-f]{32})"/.exec(program.output)?.[1];
const body = (email: string, more: object = {}) => ({ email, password: 'correct horse 1', name: 'First', ...more });
const signUp = (url: string, email: string, more: object = {}): Promise<Answer> =>
  new Client(url, null, null).post('/auth/signup', body(email, more));
const refusal = (answer: Answer): unknown[] => [
  answer.status,
  answer.at('error.code'),
  answer.at('error.details.constraint'),
];

it('gives the first account, which administers everything, only to who can read the log', async ({ ocore }) => {
  const [one, two] = await Promise.all([gateway(), gateway()]);
  const token = printed(one);
  expect([typeof token, typeof printed(two), token === printed(two)]).toEqual(['string', 'string', false]);
  expect(refusal(await signUp(two.url, 'stranger@example.com'))).toEqual([403, 'setup_token_required', 'required']);
  expect(refusal(await signUp(two.url, 'stranger@example.com', { setupToken: 'f'.repeat(32) }))).toEqual([
    403,
    'setup_token_required',
    'wrong',
  ]);
  const viaGraphql = await new Client(two.url, null, null).graphql(
    'mutation ($input: SignUpInput!) { signUp(input: $input) { expiresIn } }',
    { input: body('stranger@example.com') },
  );
  expect(viaGraphql.at('errors.0.extensions.code')).toBe('setup_token_required');
  // Nobody but one gets in with it, however many come at once; on another process than the one that printed it.
  const rush = await Promise.all(
    ['a', 'b', 'c'].map((name) => signUp(two.url, `${name}@example.com`, { setupToken: token })),
  );
  expect(rush.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  const first = rush.find(({ status }) => status === 201);
  expect(first?.at('user.isAdmin')).toBe(true);
  const later = await signUp(one.url, 'later@example.com');
  expect([later.status, later.at('user.isAdmin')]).toEqual([201, false]);
  expect(refusal(await signUp(one.url, 'too-late@example.com', { setupToken: printed(two) }))).toEqual([
    409,
    'conflict',
    'first_account',
  ]);
  expect(await ocore.sql("SELECT 1 FROM one_time_tokens WHERE purpose = 'setup'")).toEqual([]);
}, 300_000);

it('takes the token from the environment, also where sign-up is closed and the gateway just listens for others', async ({
  ocore,
}) => {
  await ocore.sql('DELETE FROM users');
  const setupToken = 'the token of the operator, long enough';
  const open = await Ocore.start({ ...env, HOST: '0.0.0.0', SIGNUP_OPEN: 'false', OCORE_SETUP_TOKEN: setupToken });
  try {
    expect(refusal(await signUp(open.url, 'stranger@example.com'))).toEqual([403, 'setup_token_required', 'required']);
    const first = await signUp(open.url, 'operator@example.com', { setupToken });
    expect([first.status, first.at('user.isAdmin')]).toEqual([201, true]);
    expect(refusal(await signUp(open.url, 'stranger@example.com'))).toEqual([403, 'forbidden', 'signup_closed']);
    expect(refusal(await signUp(open.url, 'stranger@example.com', { setupToken }))).toEqual([
      409,
      'conflict',
      'first_account',
    ]);
  } finally {
    await open.running.stop();
  }
});

it('needs none on the machine itself', async ({ ocore }) => {
  await ocore.sql('DELETE FROM users');
  const local = await Ocore.start(env);
  try {
    const first = await signUp(local.url, 'developer@example.com');
    expect([first.status, first.at('user.isAdmin')]).toEqual([201, true]);
  } finally {
    await local.running.stop();
  }
});

it('reflects no Host that a request came with', async () => {
  const [program] = programs;
  const { port } = new URL(program?.url ?? '');
  const ask = (path: string, method = 'GET', text = ''): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        'content-type': 'application/json',
        accept: 'application/json',
      };
      const request = http.request({ port, host: '127.0.0.1', path, method, headers }, (response) => {
        let all = JSON.stringify(response.headers);
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => {
            all += chunk;
          })
          .on('end', () => resolve(all));
      });
      request.on('error', reject).end(text);
    });
  const shape = z.object({ error: z.object({ doc_url: z.string() }) });
  const refused = await ask('/api/servers');
  expect(shape.parse(JSON.parse(refused.slice(refused.indexOf('{"error"')))).error.doc_url).toBe(
    'https://ocore.example.com/docs/errors/unauthenticated',
  );
  const answers = [
    refused,
    await ask('/graphql', 'POST', '{"query":"{ me { id } }"}'),
    await ask('/api/openapi.json'),
    await ask('/nothing'),
    await ask('/'),
    await ask('/docs'),
    await ask('/api/auth/providers'),
  ];
  expect(answers.filter((answer) => answer.includes('evil.example'))).toEqual([]);
});
