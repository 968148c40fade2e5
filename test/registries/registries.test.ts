import { expect } from 'vitest';
import type { Answer } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

const refusal = (answer: Answer): unknown[] => [
  answer.status,
  answer.at('error.code'),
  answer.at('error.details.field'),
  answer.at('error.details.constraint'),
];
const credentials = { username: 'puller', password: 'a password of a registry' };

it('keeps credentials sealed, one set for each registry, and never shows the password', async ({ ocore, owner }) => {
  const made = await owner.post('/registries', { host: 'https://GHCR.io/', ...credentials });
  expect([made.status, made.at('host'), made.headers.get('location')]).toEqual([
    201,
    'ghcr.io',
    `/api/registries/${made.text('id')}`,
  ]);
  expect(refusal(await owner.post('/registries', { host: 'ghcr.io', ...credentials }))).toEqual([
    409,
    'conflict',
    'host',
    'unique',
  ]);
  const shown = [
    made,
    await owner.get('/registries'),
    await owner.get(`/registries/${made.text('id')}`),
    await owner.patch(`/registries/${made.text('id')}`, { username: 'somebody else' }),
    await owner.get('/audit-logs?action=registry.created'),
  ];
  expect(JSON.stringify(shown.map(({ body }) => body))).not.toContain('password of a registry');
  const [row] = await ocore.sql<{ password_enc: string }>('SELECT password_enc FROM registries');
  expect(row?.password_enc).not.toContain('password');
  expect((await owner.get('/registries')).at('data.0.username')).toBe('somebody else');
  expect((await owner.delete(`/registries/${made.text('id')}`)).status).toBe(200);
  expect((await owner.get(`/registries/${made.text('id')}`)).at('error.code')).toBe('not_found');
});

it.for([
  ['hub.docker.com', 'docker.io'],
  ['Registry.Example.com:5000', 'registry.example.com:5000'],
  ['localhost:5000', 'localhost:5000'],
  ['[2001:db8::1]:5000', '[2001:db8::1]:5000'],
])('takes %s as %s', async ([host, as], { owner }) => {
  expect((await owner.post('/registries', { host, ...credentials })).at('host')).toBe(as);
});

it.for(['registry', 'https://ghcr.io/my-org', 'ghcr.io:port', 'ghcr.io;ls', 'a b.example.com', '', '.example.com'])(
  'refuses %j, which no image could name',
  async (host, { owner }) => {
    expect(refusal(await owner.post('/registries', { host, ...credentials }))).toEqual([
      400,
      'validation_error',
      'host',
      'format',
    ]);
  },
);

it('has members who see registries and cannot change them', async ({ ocore, owner }) => {
  const made = await owner.post('/registries', { host: 'seen.example.com', ...credentials });
  const developer = await ocore.member(owner, 'Developer');
  expect((await developer.get(`/registries/${made.text('id')}`)).at('host')).toBe('seen.example.com');
  const change = await developer.patch(`/registries/${made.text('id')}`, { password: 'mine' });
  expect([change.status, change.at('error.code')]).toEqual([403, 'forbidden']);
});
