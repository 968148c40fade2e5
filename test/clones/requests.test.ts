import { expect } from 'vitest';
import type { Answer } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { type Fleet, fleetOf, settle } from '../kit/fleet-rows.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let fleet: Fleet;
let staging: string;

it.beforeAll(async ({ ocore, owner }) => {
  fleet = await fleetOf(ocore, owner);
  const environment = { projectId: fleet.PROJECT_ID, name: 'staging', type: 'staging' };
  staging = (await owner.post('/environments', environment)).text('id');
});

const refusal = (answer: Answer): unknown[] => [
  answer.status,
  answer.at('error.code'),
  answer.at('error.details.field'),
  answer.at('error.details.constraint'),
];

it('clones into a new instance of a staging environment, by an operation of its own', async ({ ocore, owner }) => {
  const answer = await owner.post(`/environments/${fleet.ENVIRONMENT_ID}/clone`, { environmentId: staging });
  expect([answer.status, answer.at('status')]).toEqual([202, 'provisioning']);
  const instance = await owner.get(`/instances/${answer.text('id')}`);
  expect(instance.body).toMatchObject({
    name: 'ERP production (copy)',
    environmentId: staging,
    deletionProtected: false,
  });
  const operation = await owner.get(`/operations/${answer.text('operationId')}`);
  expect(operation.at('kind')).toBe('instance.clone');
  expect((await owner.get(`/instances/${answer.text('id')}/clone`)).at('error.code')).toBe('not_found');
  await settle(ocore, answer.text('id'));
  const over = { targetInstanceId: answer.text('id') };
  const clone = (more: object) => owner.post(`/instances/${fleet.INSTANCE_ID}/clone`, { ...over, ...more });
  expect(refusal(await clone({}))).toEqual([422, 'unprocessable', 'confirmName', 'confirmation']);
  expect(refusal(await clone({ confirmName: 'Another' }))).toEqual([
    422,
    'unprocessable',
    'confirmName',
    'confirmation',
  ]);
  await ocore.sql("UPDATE instances SET odoo_version = '18.0' WHERE id = $1", [answer.text('id')]);
  expect(refusal(await clone({ confirmName: 'ERP production (copy)' }))).toEqual([
    422,
    'unprocessable',
    'targetInstanceId',
    'odoo_version',
  ]);
  await ocore.sql("UPDATE instances SET odoo_version = '19.0' WHERE id = $1", [answer.text('id')]);
  const replaced = await clone({ confirmName: 'ERP production (copy)' });
  expect([replaced.status, replaced.at('status')]).toEqual([202, 'restarting']);
});

it('never has production as its target, and takes one target', async ({ owner }) => {
  const clone = (body: object) => owner.post(`/instances/${fleet.INSTANCE_ID}/clone`, body);
  const production = [400, 'validation_error', 'environmentId', 'production'];
  expect(refusal(await clone({ environmentId: fleet.ENVIRONMENT_ID }))).toEqual(production);
  expect(refusal(await clone({ targetInstanceId: fleet.INSTANCE_ID, confirmName: 'ERP production' }))).toEqual(
    production,
  );
  expect(refusal(await clone({}))).toEqual([400, 'validation_error', 'environmentId', 'exclusive']);
  expect(refusal(await clone({ environmentId: staging, targetInstanceId: fleet.INSTANCE_ID }))).toEqual([
    400,
    'validation_error',
    'environmentId',
    'exclusive',
  ]);
  const rule = { table: 'res_partner"; DROP TABLE res_users; --', column: 'name', replacement: 'name' };
  const injected = await clone({ environmentId: staging, anonymize: { rules: [rule] } });
  expect([injected.status, injected.at('error.code')]).toEqual([400, 'validation_error']);
});

it('refuses what could not be neutralised or copied, and what does not exist', async ({ ocore, owner }) => {
  const clone = (more: object = {}) =>
    owner.post(`/instances/${fleet.INSTANCE_ID}/clone`, { environmentId: staging, ...more });
  await ocore.sql("UPDATE instances SET odoo_version = '15.0' WHERE id = $1", [fleet.INSTANCE_ID]);
  expect(refusal(await clone())).toEqual([422, 'unprocessable', 'odooVersion', 'min']);
  await ocore.sql("UPDATE instances SET odoo_version = '19.0', status = 'failed' WHERE id = $1", [fleet.INSTANCE_ID]);
  expect((await clone()).at('error.code')).toBe('invalid_state');
  await settle(ocore, fleet.INSTANCE_ID);
  const nobody = '0197a1f2-0000-7000-8000-000000000000';
  for (const more of [{ backupId: nobody }, { destinationId: nobody }, { serverId: nobody }, { environmentId: nobody }])
    expect((await clone(more)).at('error.code')).toBe('not_found');
  const empty = await owner.post(`/environments/${await owner.environment()}/clone`, { environmentId: staging });
  expect([empty.status, empty.at('error.code')]).toEqual([422, 'unprocessable']);
});

it('goes to another server only by a destination that both reach', async ({ ocore, owner }) => {
  const [other] = await ocore.sql<{ id: string }>(
    `INSERT INTO servers SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'name', 'paris-1'))).* FROM servers s WHERE id = $1 RETURNING id`,
    [fleet.SERVER_ID],
  );
  const clone = () =>
    owner.post(`/instances/${fleet.INSTANCE_ID}/clone`, {
      environmentId: staging,
      name: 'Elsewhere',
      serverId: other?.id,
    });
  expect(refusal(await clone())).toEqual([400, 'validation_error', 'destinationId', 'required']);
  await ocore.sql(
    `INSERT INTO backup_destinations (id, org_id, name, destination_type, config, updated_at) SELECT gen_random_uuid(), org_id, 'Bucket', 's3', '{}', now() FROM servers WHERE id = $1`,
    [fleet.SERVER_ID],
  );
  expect((await clone()).status).toBe(202);
});

it('needs the permission for backups of the original as well', async ({ ocore, owner }) => {
  const person = await ocore.owner('clone-reader');
  const roleId = (
    await owner.post('/roles', {
      name: 'Runner',
      permissionIds: ['manage:instances', 'view:environments', 'view:servers'],
    })
  ).text('id');
  await ocore.sql(
    `INSERT INTO memberships (id, org_id, user_id, role_id) SELECT gen_random_uuid(), r.org_id, u.id, r.id FROM roles r, users u WHERE r.id = $1 AND u.email = $2`,
    [roleId, person.email],
  );
  const refused = await person
    .in(owner.org)
    .post(`/instances/${fleet.INSTANCE_ID}/clone`, { environmentId: staging, name: 'Refused' });
  expect([refused.status, refused.at('error.details.permission')]).toEqual([403, 'manage:backups']);
});
