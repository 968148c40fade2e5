import { expect } from 'vitest';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { type Fleet, fleetOf, settle } from '../kit/fleet-rows.ts';

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
