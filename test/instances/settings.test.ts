import { expect } from 'vitest';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { endOperations, type Fleet, fleetOf, settle } from '../kit/fleet-rows.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let fleet: Fleet;
const gib = 1024 ** 3;

it.beforeAll(async ({ ocore, owner }) => {
  fleet = await fleetOf(ocore, owner);
  await ocore.sql('UPDATE servers SET cpu_cores = 4, ram_total_bytes = $2 WHERE id = $1', [fleet.SERVER_ID, 8 * gib]);
});

const create = (owner: Client, more: object): Promise<Answer> =>
  owner.post('/instances', {
    name: 'With settings',
    serverId: fleet.SERVER_ID,
    environmentId: fleet.ENVIRONMENT_ID,
    adminEmail: 'admin@example.com',
    ...more,
  });
const refusal = (answer: Answer): unknown[] => [
  answer.status,
  answer.at('error.code'),
  answer.at('error.details.field'),
  answer.at('error.details.constraint'),
];

it.for([
  ['UK', 'en_GB', 'country'],
  ['XX', 'en_GB', 'country'],
  ['gb', 'en_GB', 'country'],
  ['GB', 'en_UK', 'language'],
  ['GB', 'english', 'language'],
  ['GB', 'sr_RS', 'language'],
])(
  'refuses the country %s with the language %s, which Odoo 19 would pass over',
  async ([country, language, field], { owner }) => {
    expect(refusal(await create(owner, { country, language }))).toEqual([400, 'validation_error', field, 'one_of']);
  },
);

it.for(['es_419', 'ar_001', 'sr@Cyrl', 'sr@latin', 'kab_DZ', 'sw'])(
  'takes the language %s',
  async (language, { owner }) => {
    expect((await create(owner, { country: 'XK', language })).status).toBe(202);
  },
);

it('goes by the release: the Cyrillic Serbian of Odoo 17 has another code', async ({ owner }) => {
  expect((await create(owner, { odooVersion: '17.0', language: 'sr_RS' })).status).toBe(202);
  const refused = await create(owner, { odooVersion: '17.0', language: 'sr@Cyrl' });
  expect(refusal(refused)).toEqual([400, 'validation_error', 'language', 'one_of']);
  const codes = async (query: string): Promise<string> =>
    JSON.stringify((await owner.get(`/odoo/languages${query}`)).body);
  expect([await codes(''), await codes('?odoo_version=17.0')].map((list) => list.includes('"sr@Cyrl"'))).toEqual([
    true,
    false,
  ]);
  expect((await owner.get('/odoo/languages?odoo_version=saas')).at('error.code')).toBe('validation_error');
});

it('offers what it takes, by name, in REST and GraphQL', async ({ owner }) => {
  const lists = { languages: await owner.get('/odoo/languages'), countries: await owner.get('/odoo/countries') };
  const { body } = await owner.graphql('{ odooLanguages { code name } odooCountries { code name } }');
  expect(body).toEqual({
    data: {
      odooLanguages: expect.arrayContaining([{ code: 'es_419', name: 'Spanish (Latin America)' }]),
      odooCountries: expect.arrayContaining([
        { code: 'GB', name: 'United Kingdom' },
        { code: 'XI', name: 'Northern Ireland' },
      ]),
    },
  });
  expect({ odooLanguages: lists.languages.at('data'), odooCountries: lists.countries.at('data') }).toEqual(
    (await owner.graphql('{ odooLanguages { code name } odooCountries { code name } }')).at('data'),
  );
});

it.for([
  [{ cpuLimit: 4.5 }, 'max'],
  [{ memoryLimit: 9 * gib }, 'max'],
  [{ databaseCpuLimit: 5 }, 'max'],
  [{ databaseMemoryLimit: 8 * gib + 1 }, 'max'],
  [{ cpuLimit: 0 }, 'min'],
  [{ memoryLimit: 1024 }, 'min'],
  [{ databaseMemoryLimit: 255 * 1024 ** 2 }, 'min'],
  [{ processLimit: 1 }, 'min'],
  [{ databaseProcessLimit: 40_000 }, 'max'],
] as const)(
  'refuses limits that its server does not have or nothing runs in: %j',
  async ([limit, constraint], { ocore, owner }) => {
    const wrong = [400, 'validation_error', Object.keys(limit)[0], constraint];
    expect(refusal(await create(owner, limit))).toEqual(wrong);
    await settle(ocore, fleet.INSTANCE_ID);
    expect(refusal(await owner.patch(`/instances/${fleet.INSTANCE_ID}`, limit))).toEqual(wrong);
  },
);

it('takes limits up to the whole server, shows them, and keeps those that a change leaves out', async ({
  ocore,
  owner,
}) => {
  const limits = {
    cpuLimit: 4,
    memoryLimit: 8 * gib,
    processLimit: 64,
    databaseCpuLimit: 0.1,
    databaseMemoryLimit: gib,
  };
  const made = await create(owner, limits);
  expect(made.status).toBe(202);
  const id = made.text('id');
  expect((await owner.get(`/instances/${id}`)).body).toMatchObject({ ...limits, databaseProcessLimit: null });
  expect((await owner.get('/instances?search=With settings')).at('data.0')).toMatchObject(limits);
  await settle(ocore, id);
  const changed = await owner.patch(`/instances/${id}`, { memoryLimit: null });
  const [row] = await ocore.sql<{ settings: unknown }>(
    "SELECT input->'settings' AS settings FROM operations WHERE id = $1",
    [changed.text('operationId')],
  );
  expect(row?.settings).toMatchObject({ ...limits, memoryLimit: null });
});

it('refuses a change of nothing, which would create the container again for nothing', async ({ ocore, owner }) => {
  await settle(ocore, fleet.INSTANCE_ID);
  for (const body of [{}, { name: null, deletionProtected: null }, { pullImage: false, logLevel: null }])
    expect(refusal(await owner.patch(`/instances/${fleet.INSTANCE_ID}`, body))).toEqual([
      400,
      'validation_error',
      '',
      'required',
    ]);
  expect((await owner.get(`/instances/${fleet.INSTANCE_ID}`)).at('status')).toBe('running');
});

it('corrects what could not be provisioned, and provisions it again from there', async ({ ocore, owner }) => {
  const made = await create(owner, { name: 'Misspelt', modules: ['sale_managment'], language: 'en_GB' });
  const id = made.text('id');
  expect((await owner.get(`/instances/${id}`)).at('currentOperationId')).toBe(made.text('operationId'));
  // A second request learns from the refusal alone what it has to wait for.
  const early = await owner.post(`/instances/${id}/provision`);
  expect([early.at('error.code'), early.at('error.details')]).toEqual([
    'operation_in_progress',
    { resource: 'instance', id, operationId: made.text('operationId'), kind: 'instance.provision' },
  ]);
  await endOperations(ocore, id);
  const cause = 'Odoo did not install sale_managment';
  await ocore.sql("UPDATE instances SET status = 'failed', status_message = $2 WHERE id = $1", [id, cause]);

  for (const verb of ['start', 'stop', 'restart']) {
    const refused = await owner.post(`/instances/${id}/${verb}`);
    expect([refused.status, refused.at('error.code'), refused.at('error.details.action')]).toEqual([
      409,
      'invalid_state',
      'provision',
    ]);
    expect(refused.text('error.message')).toContain(cause);
  }
  const kept = await owner.patch(`/instances/${id}`, {
    name: 'Spelt',
    odooVersion: '18.0',
    modules: ['sale_management'],
    country: 'BE',
    workers: 1,
    adminEmail: 'boss@example.com',
  });
  expect([kept.status, kept.body]).toEqual([
    200,
    { id, status: 'failed', message: 'Saved; provision the instance again to use it', operationId: null },
  ]);
  expect((await owner.get(`/instances/${id}`)).body).toMatchObject({
    name: 'Spelt',
    status: 'failed',
    statusMessage: cause,
    odooVersion: '18.0',
    image: 'odoo:18.0',
    language: 'en_GB',
    modules: ['sale_management'],
    country: 'BE',
    workers: 1,
    adminEmail: 'boss@example.com',
    provisionedAt: null,
    settingsPending: false,
    currentOperationId: null,
  });
  expect(refusal(await owner.patch(`/instances/${id}`, { language: 'sr_RS' }))).toEqual([
    400,
    'validation_error',
    'language',
    'one_of',
  ]);
  expect(refusal(await owner.patch(`/instances/${id}`, { edition: 'enterprise' }))).toEqual([
    400,
    'validation_error',
    'image',
    'required',
  ]);

  const again = await owner.post(`/instances/${id}/provision`);
  expect([again.status, again.at('status')]).toEqual([202, 'provisioning']);
  const list = await owner.graphql(
    '{ instances(search: "Spelt") { nodes { status currentOperationId currentOperation { id kind status steps { name } } } } }',
  );
  expect(list.at('data.instances.nodes')).toEqual([
    {
      status: 'provisioning',
      currentOperationId: again.text('operationId'),
      currentOperation: {
        id: again.text('operationId'),
        kind: 'instance.provision',
        status: 'queued',
        steps: expect.arrayContaining([{ name: 'initialise' }]),
      },
    },
  ]);
  // A cancellation before anything began brings back what was, with its reason.
  await owner.post(`/operations/${again.text('operationId')}/cancel`);
  expect((await owner.get(`/instances/${id}`)).body).toMatchObject({ status: 'failed', statusMessage: cause });
});

it('keeps the settings of a stopped instance for its next start, and what its database was created with', async ({
  ocore,
  owner,
}) => {
  const id = (await create(owner, { name: 'Resting', country: 'BE' })).text('id');
  await settle(ocore, id);
  const stopping = await owner.post(`/instances/${id}/stop`);
  expect(stopping.at('status')).toBe('stopping');
  expect((await owner.get('/instances?status=stopping')).at('data.0.id')).toBe(id);
  expect((await owner.post(`/operations/${stopping.text('operationId')}/cancel`)).status).toBe(202);
  expect((await owner.get(`/instances/${id}`)).at('status')).toBe('running');
  await ocore.sql("UPDATE instances SET status = 'stopped' WHERE id = $1", [id]);

  const kept = await owner.patch(`/instances/${id}`, { workers: 3, envVars: [{ name: 'SMTP_HOST', value: 'mail' }] });
  expect([kept.status, kept.at('message')]).toEqual([200, 'Saved; the instance uses it from its next start']);
  expect((await owner.get(`/instances/${id}`)).body).toMatchObject({
    status: 'stopped',
    workers: 3,
    envVarNames: ['SMTP_HOST'],
    settingsPending: true,
  });
  const pulled = await owner.patch(`/instances/${id}`, { pullImage: true, workers: 1 });
  expect([pulled.at('error.code'), pulled.at('error.details.action')]).toEqual(['invalid_state', 'provision']);
  const late = await owner.patch(`/instances/${id}`, { country: 'FR', modules: ['crm'] });
  expect([late.status, late.at('error.code'), late.at('error.details.fields')]).toEqual([
    409,
    'conflict',
    ['country', 'modules'],
  ]);
  const again = await owner.post(`/instances/${id}/provision`);
  const operation = await owner.get(`/operations/${again.text('operationId')}`);
  expect([operation.at('kind'), JSON.stringify(operation.at('steps'))]).toEqual([
    'instance.reprovision',
    expect.not.stringContaining('initialise'),
  ]);
});

it('resets the password of the administrator of a running instance only', async ({ ocore, owner }) => {
  const id = (await create(owner, { name: 'Forgotten' })).text('id');
  await settle(ocore, id);
  expect((await owner.post(`/instances/${id}/admin-password`)).status).toBe(200);
  expect((await owner.post(`/instances/${id}/admin-password`)).text('error.message')).toContain('reset it');
  const reset = await owner.post(`/instances/${id}/reset-admin-password`);
  expect([reset.status, reset.at('status')]).toEqual([202, 'running']);
  // It is not there yet: the refusal names what brings it.
  expect((await owner.post(`/instances/${id}/admin-password`)).at('error.details.operationId')).toBe(
    reset.text('operationId'),
  );
  await endOperations(ocore, id);
  await ocore.sql("UPDATE instances SET status = 'stopped' WHERE id = $1", [id]);
  expect((await owner.post(`/instances/${id}/reset-admin-password`)).at('error.details.allowed')).toEqual(['running']);
});
