import { expect } from 'vitest';
import { it } from '../kit/fixtures.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

it.for<[path: string, body: object]>([
  ['/projects', { name: 'Created' }],
  ['/roles', { name: 'Created', permissionIds: ['view:projects'] }],
  ['/api-keys', { name: 'Created', permissions: ['view:projects'] }],
])('says where what POST %s created can be read', async ([path, body], { owner }) => {
  const made = await owner.post(path, body);
  const place = made.headers.get('location') ?? '';
  expect([made.status, place]).toEqual([201, `/api${path}/${made.text('id')}`]);
  expect((await owner.request('GET', place)).at('id')).toBe(made.at('id'));
});
