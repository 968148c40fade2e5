import { expect } from 'vitest';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { type Fleet, fleetOf, settle } from '../kit/fleet-rows.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let fleet: Fleet;
it.beforeAll(async ({ ocore, owner }) => {
  fleet = await fleetOf(ocore, owner);
});

const outcome = (answer: Answer): unknown[] => [
  answer.status,
  answer.at('error.code') ?? null,
  answer.at('error.details.field') ?? null,
];
const create = (owner: Client, name: string, environmentId: string, more: object = {}): Promise<Answer> =>
  owner.post('/instances', {
    name,
    serverId: fleet.SERVER_ID,
    environmentId,
    adminEmail: 'admin@example.com',
    ...more,
  });
const nobody = { instanceId: null, instanceName: null, instanceSlug: null, instanceStatus: null, serverId: null };

it('is created below its project, as the reference of the product has it', async ({ owner }) => {
  const below = `/projects/${fleet.PROJECT_ID}/environments`;
  const made = await owner.post(below, { name: 'QA', type: 'staging', branch: 'qa' });
  expect([made.status, made.headers.get('location')]).toEqual([201, `/api/environments/${made.text('id')}`]);
  expect((await owner.get(`/environments/${made.text('id')}`)).body).toMatchObject({
    projectId: fleet.PROJECT_ID,
    type: 'staging',
    environmentType: 'staging',
    branch: 'qa',
    ...nobody,
    status: 'empty',
    odooVersion: '19.0',
  });
  expect(outcome(await owner.post(below, { name: 'QA', type: 'development' }))).toEqual([409, 'conflict', 'name']);
  expect(outcome(await owner.post(below, { name: 'QB' }))).toEqual([400, 'validation_error', 'type']);
  expect(outcome(await owner.post(below, { name: '', type: 'staging' }))).toEqual([400, 'validation_error', 'name']);
  expect(outcome(await owner.post(below, { name: 'QB', type: 'staging', projectId: fleet.PROJECT_ID }))).toEqual([
    400,
    'validation_error',
    'projectId',
  ]);
  for (const id of ['0197a1f0-0000-7000-8000-000000000000', 'none'])
    expect(outcome(await owner.post(`/projects/${id}/environments`, { name: 'QB', type: 'staging' }))).toEqual([
      404,
      'not_found',
      null,
    ]);
});

it('shows its instance, of several the oldest, and is not another environment because of it', async ({
  ocore,
  owner,
}) => {
  const made = await owner.post('/environments', { projectId: fleet.PROJECT_ID, name: 'Dev', type: 'development' });
  const path = `/environments/${made.text('id')}`;
  const etag = (await owner.get(path)).headers.get('etag') ?? '';
  const [first, second] = [
    await create(owner, 'First', made.text('id'), { odooVersion: '18.0' }),
    await create(owner, 'Second', made.text('id')),
  ];
  const shown = {
    instanceId: first.text('id'),
    instanceName: 'First',
    instanceSlug: 'first',
    instanceStatus: 'provisioning',
    status: 'provisioning',
    serverId: fleet.SERVER_ID,
    odooVersion: '18.0',
  };
  expect((await owner.get(path)).body).toMatchObject(shown);
  const listed = await owner.get(`/environments?project_id=${fleet.PROJECT_ID}&type=development`);
  expect(listed.at('data.0')).toMatchObject(shown);
  await ocore.sql("UPDATE instances SET status = 'failed', status_message = 'Why' WHERE id = $1", [first.text('id')]);
  expect((await owner.get(path)).body).toMatchObject({ status: 'failed', statusMessage: 'Why' });
  const changed = await owner.request('PATCH', `/api${path}`, { description: 'For trying' }, { 'if-match': etag });
  expect([changed.status, changed.at('instanceName')]).toEqual([200, 'First']);
  await ocore.sql("UPDATE instances SET status = 'removed' WHERE id = $1", [first.text('id')]);
  expect((await owner.get(path)).at('instanceId')).toBe(second.text('id'));
});

it('shows nothing of instances to those who may not see them', async ({ ocore, owner }) => {
  await owner.post('/roles', { name: 'Stages', permissionIds: ['view:environments'] });
  const member = await ocore.member(owner, 'Stages');
  expect((await member.get(`/environments/${fleet.ENVIRONMENT_ID}`)).body).toMatchObject({
    environmentType: 'production',
    ...nobody,
    status: null,
    statusMessage: null,
    odooVersion: '19.0',
  });
});

it('renames an instance and changes its protection at once, whatever it is doing', async ({ ocore, owner }) => {
  const made = await create(owner, 'Erp', fleet.ENVIRONMENT_ID);
  const path = `/instances/${made.text('id')}`;
  const renamed = await owner.patch(path, { name: 'Erp Berlin', deletionProtected: false });
  expect([renamed.status, renamed.at('operationId'), renamed.at('status')]).toEqual([200, null, 'provisioning']);
  expect((await owner.get(path)).body).toMatchObject({
    name: 'Erp Berlin',
    slug: 'erp',
    deletionProtected: false,
    odooEdition: 'community',
  });
  expect(outcome(await owner.patch(path, { name: 'ab' }))).toEqual([400, 'validation_error', 'name']);
  const entry = await owner.get(`/audit-logs?action=instance.updated&resource_id=${made.text('id')}`);
  expect(entry.at('data.0')).toMatchObject({
    resourceName: 'Erp Berlin',
    beforeState: { name: 'Erp', deletionProtected: true },
    afterState: { name: 'Erp Berlin', deletionProtected: false },
  });
  // A setting needs a container; the name goes with it or not at all.
  const refused = await owner.patch(path, { name: 'Erp Hamburg', workers: 0 });
  expect([refused.status, refused.at('error.code')]).toEqual([409, 'operation_in_progress']);
  expect((await owner.get(path)).at('name')).toBe('Erp Berlin');
  await settle(ocore, made.text('id'));
  const both = await owner.graphql(
    'mutation ($id: ID!, $input: UpdateInstanceInput!) { updateInstance(id: $id, input: $input) { instance { name status } operation { kind } } }',
    { id: made.text('id'), input: { name: 'Erp Hamburg', workers: 0 } },
  );
  expect(both.at('data.updateInstance')).toEqual({
    instance: { name: 'Erp Hamburg', status: 'restarting' },
    operation: { kind: 'instance.configure' },
  });
  await ocore.sql("UPDATE instances SET status = 'removing' WHERE id = $1", [made.text('id')]);
  expect(outcome(await owner.patch(path, { name: 'Erp Köln' }))).toEqual([409, 'invalid_state', null]);
});

it('counts the metrics of a server, and gives percentages', async ({ owner }) => {
  const metrics = await owner.get(`/servers/${fleet.SERVER_ID}/metrics?period=6h`);
  expect(metrics.body).toMatchObject({
    count: 1,
    period: '6h',
    metrics: [{ ramUsagePercent: 37.5, diskUsagePercent: 25 }],
  });
  expect((await owner.get(`/servers/${fleet.SERVER_ID}/metrics`)).at('period')).toBe('1h');
  const { body } = await owner.graphql(
    'query ($id: ID!) { serverMetrics(id: $id) { uptimeSeconds } serverMetricHistory(id: $id, period: DAYS_7) { count period } }',
    { id: fleet.SERVER_ID },
  );
  expect(body).toEqual({
    data: { serverMetrics: [{ uptimeSeconds: 60 }], serverMetricHistory: { count: 1, period: '7d' } },
  });
});
