import { expect } from 'vitest';
import type { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let environmentId: string;

it.beforeAll(async ({ owner }) => {
  environmentId = await owner.environment();
});

// No server of this id: an image that is accepted meets the next refusal.
const create = (owner: Client, image: string) =>
  owner.post('/instances', {
    name: 'Named',
    serverId: '0198c0de-0000-7000-8000-000000000000',
    environmentId,
    adminEmail: 'admin@example.com',
    image,
  });
const sha256 = `sha256:${'0123456789abcdef'.repeat(4)}`;

it.for([
  'odoo',
  'odoo:19.0',
  'my_org/odoo-ee__x:19.0_2',
  'registry.example.com/odoo:19.0',
  'registry.example.com:5000/team/odoo:19.0',
  'localhost/odoo',
  '[2001:db8::1]:5000/odoo:1',
  `odoo@${sha256}`,
  `registry.example.com:5000/odoo:19.0@${sha256}`,
  `r.example.com/${'a'.repeat(241)}:${'t'.repeat(128)}`,
])('accepts the image %s', async (image, { owner }) => {
  expect((await create(owner, image)).at('error.code')).toBe('not_found');
});

it.for([
  'a//b',
  'A/b',
  'a:b:c',
  'a/',
  '/a',
  'a:',
  'a@',
  ':19.0',
  'a/../b',
  '../a',
  './a',
  'a..b',
  'a_-b',
  '-a',
  'a-',
  'Odoo',
  'odoo:19.0/x',
  'odoo :19.0',
  'odoo:19.0\n',
  'odoo?x=1',
  'odoo#x',
  'odoo%2Fb',
  'http://a/b',
  'a\\b',
  `odoo@sha256:${'0'.repeat(63)}`,
  `odoo@sha256:${'G'.repeat(64)}`,
  `odoo@md5:${'0'.repeat(32)}`,
  `odoo@${sha256}@${sha256}`,
  `odoo:${'t'.repeat(129)}`,
  'a'.repeat(256),
  'f'.repeat(64),
  'x'.repeat(5000),
  `${'a-'.repeat(120)}!`,
])('refuses the image %j', async (image, { owner }) => {
  const answer = await create(owner, image);
  expect([answer.status, answer.at('error.code'), answer.at('error.details.field')]).toEqual([
    400,
    'validation_error',
    'image',
  ]);
  expect(['format', 'max_length']).toContain(answer.at('error.details.constraint'));
});
