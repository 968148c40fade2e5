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
