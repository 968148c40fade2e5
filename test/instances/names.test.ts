import { expect } from 'vitest';
import { newId } from '../../src/ids.ts';
import { openAdminPassword, openSecrets, sealNewAdminPassword, sealNewSecrets } from '../../src/instances/sealed.ts';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { type Fleet, fleetOf } from '../kit/fleet-rows.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let fleet: Fleet;

it.beforeAll(async ({ ocore, owner }) => {
  fleet = await fleetOf(ocore, owner);
});

const create = (owner: Client, more: object): Promise<Answer> =>
  owner.post('/instances', {
    name: 'Named',
    serverId: fleet.SERVER_ID,
    environmentId: fleet.ENVIRONMENT_ID,
    adminEmail: 'admin@example.com',
    ...more,
  });
const slugOf = async (owner: Client, answer: Answer): Promise<string> =>
  (await owner.get(`/instances/${answer.text('id')}`)).text('slug');

it.for([
  ['Łódź', 'lodz'],
  ['Straße 7', 'strasse-7'],
  ['Магазин', 'magazin'],
  ['北京 项目', 'beijing-xiangmu'],
  ['Ελλάδα', 'ellada'],
  ['متجر', 'mtjr'],
  ['🙂🙂', 'slight-smile-slight-smile'],
  ['؟؟؟', 'project'],
])('makes a slug of %s that people can read', async ([name, slug], { owner }) => {
  const first = await owner.post('/projects', { name });
  const second = await owner.post('/projects', { name });
  expect([first.status, first.at('slug'), second.status]).toEqual([201, slug, 201]);
  // A made slug that is taken is no mistake of whoever gives a name.
  expect(second.text('slug')).toMatch(new RegExp(`^${slug}-[0-9a-f]{6}$`));
});

it('refuses a given slug that is taken', async ({ owner }) => {
  expect((await owner.post('/projects', { name: 'One', slug: 'given' })).status).toBe(201);
  expect((await create(owner, { slug: 'given' })).status).toBe(202);
  for (const answer of [
    await owner.post('/projects', { name: 'Two', slug: 'given' }),
    await create(owner, { slug: 'given' }),
  ])
    expect([answer.status, answer.at('error.code'), answer.at('error.details.field')]).toEqual([
      409,
      'conflict',
      'slug',
    ]);
});

it.for(['postgres', 'template0', 'template1'])('calls no database %s', async (slug, { owner }) => {
  const answer = await create(owner, { slug });
  expect([answer.status, answer.at('error.code'), answer.at('error.details.constraint')]).toEqual([
    400,
    'validation_error',
    'reserved',
  ]);
  expect(await slugOf(owner, await create(owner, { name: slug }))).toMatch(new RegExp(`^${slug}-[0-9a-f]{6}$`));
});

it('takes the Odoo release of its project, where none is named', async ({ owner }) => {
  const project = await owner.post('/projects', { name: 'Older', odooVersion: '17.0' });
  const environment = await owner.post('/environments', {
    projectId: project.text('id'),
    name: 'Development',
    type: 'development',
  });
  const made = await create(owner, { environmentId: environment.text('id') });
  expect((await owner.get(`/instances/${made.text('id')}`)).body).toMatchObject({
    odooVersion: '17.0',
    image: 'odoo:17.0',
  });
  const chosen = await create(owner, { environmentId: environment.text('id'), odooVersion: '18.0' });
  expect((await owner.get(`/instances/${chosen.text('id')}`)).at('odooVersion')).toBe('18.0');
});

it('makes no password that a program takes for an option: one in 64 would begin with a hyphen', async ({ ocore }) => {
  const begins = await ocore.withSecrets(async (box) => {
    const found = new Set<string>();
    for (let n = 0; n < 400; n += 1) {
      const id = newId();
      const secrets = await openSecrets(box, { id, secretsEnc: sealNewSecrets(box, id) });
      const admin = await openAdminPassword(box, id, sealNewAdminPassword(box, id));
      for (const password of [...Object.values(secrets), admin]) found.add(password.slice(0, 1));
    }
    return found;
  });
  expect(begins).not.toContain('-');
  expect(begins.size).toBe(63);
});
