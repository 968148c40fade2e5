import { expect } from 'vitest';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { endOperations, type Fleet, fleetOf, settle } from '../kit/fleet-rows.ts';
import type { Ocore } from '../kit/ocore.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let fleet: Fleet;
/** Manages instances, and runs no code of its own in them. */
let operator: Client;

it.beforeAll(async ({ ocore, owner }) => {
  fleet = await fleetOf(ocore, owner);
  const permissionIds = ['manage:instances', 'manage:operations', 'view:servers', 'view:projects', 'view:environments'];
  await owner.post('/roles', { name: 'Operator', permissionIds });
  operator = await ocore.member(owner, 'Operator');
});

const variable = [{ name: 'SMTP_HOST', value: 'smtp.example.com' }];
const create = (who: Client, more: object): Promise<Answer> =>
  who.post('/instances', {
    name: `Odoo ${Math.random().toString(36).slice(2, 8)}`,
    serverId: fleet.SERVER_ID,
    environmentId: fleet.ENVIRONMENT_ID,
    adminEmail: 'admin@example.com',
    ...more,
  });
const configure = async (ocore: Ocore, who: Client, body: object): Promise<Answer> => {
  await settle(ocore, fleet.INSTANCE_ID);
  return who.patch(`/instances/${fleet.INSTANCE_ID}`, body);
};
const refusal = (answer: Answer): unknown[] => [
  answer.status,
  answer.at('error.code'),
  answer.at('error.details.permission'),
];
const missing = [403, 'forbidden', 'manage:instance_code'];

it('is brought by an image or variables, which need a permission of their own', async ({ ocore, owner }) => {
  expect((await create(operator, {})).status).toBe(202);
  expect((await create(operator, { image: 'odoo:19.0', envVars: [] })).status).toBe(202);
  expect(refusal(await create(operator, { image: 'registry.example.com/mine:19.0' }))).toEqual(missing);
  expect(refusal(await create(operator, { envVars: variable }))).toEqual(missing);
  expect((await configure(ocore, operator, { workers: 2 })).status).toBe(202);
  expect(refusal(await configure(ocore, operator, { envVars: variable }))).toEqual(missing);
  // Taking variables away changes what runs, too.
  expect(refusal(await configure(ocore, operator, { envVars: [] }))).toEqual(missing);
  const input = {
    name: 'By GraphQL',
    serverId: fleet.SERVER_ID,
    environmentId: fleet.ENVIRONMENT_ID,
    adminEmail: 'a@example.com',
    envVars: variable,
  };
  const query = 'mutation ($input: CreateInstanceInput!) { createInstance(input: $input) { instance { id } } }';
  expect((await operator.graphql(query, { input })).at('errors.0.extensions.details.permission')).toBe(
    'manage:instance_code',
  );

  const developer = await ocore.member(owner, 'Developer');
  expect((await create(developer, { image: 'registry.example.com/mine:19.0', envVars: variable })).status).toBe(202);
  expect((await configure(ocore, developer, { envVars: variable })).status).toBe(202);
});

it('counts in the projects in which the permission is held', async ({ owner }) => {
  const project = (await owner.post('/projects', { name: 'Elsewhere' })).text('id');
  const environment = { projectId: project, name: 'dev', type: 'development' };
  const environmentId = (await owner.post('/environments', environment)).text('id');
  const memberId = await owner.memberIdOf(operator.email);
  const roleId = await owner.roleId('Developer');
  expect((await owner.post(`/members/${memberId}/assignments`, { roleId, projectId: project })).status).toBe(201);
  expect((await create(operator, { environmentId, envVars: variable })).status).toBe(202);
  expect((await create(operator, { envVars: variable })).status).toBe(403);

  expect((await owner.put(`/servers/${fleet.SERVER_ID}/projects`, { projectIds: [project] })).status).toBe(200);
  const granted = ['manage:instances', 'view:environments', 'view:servers', 'manage:instance_code'];
  const limited = owner.withKey((await owner.newKey(granted, { projectIds: [project] })).key);
  expect((await create(limited, { environmentId, envVars: variable })).status).toBe(202);
  expect((await create(limited, { envVars: variable })).status).toBe(404);
  const plain = owner.withKey((await owner.newKey(['manage:instances', 'view:servers', 'view:environments'])).key);
  expect(refusal(await create(plain, { envVars: variable }))).toEqual(missing);
  const key = owner.withKey((await owner.newKey(granted)).key);
  expect((await create(key, { envVars: variable })).status).toBe(202);
});

it('is not handed on by those who do not hold the permission', async ({ ocore, owner }) => {
  const keeper = ['manage:roles', 'manage:members', 'manage:instances'];
  await owner.post('/roles', { name: 'Keeper', permissionIds: keeper });
  const who = await ocore.member(owner, 'Keeper');
  const role = await who.post('/roles', { name: 'Mine', permissionIds: ['manage:instance_code'] });
  expect([role.status, role.at('error.details.missing')]).toEqual([
    403,
    ['manage:instance_code', 'view:instance_code'],
  ]);
  const key = await who.post('/api-keys', { name: 'Mine', permissions: ['manage:instance_code'] });
  expect([key.status, key.at('error.code')]).toEqual([403, 'forbidden']);
});

it('is not brought back by a retry either', async ({ ocore, owner }) => {
  const retried = async (operationId: string): Promise<unknown[]> => {
    const answer = await operator.post(`/operations/${operationId}/retry`);
    return answer.status === 202 ? [202] : refusal(answer);
  };
  const failing = async (answer: Answer): Promise<string> => {
    await endOperations(ocore, answer.text('id'));
    return answer.text('operationId');
  };
  expect(await retried(await failing(await create(owner, {})))).toEqual([202]);
  expect(await retried(await failing(await create(owner, { envVars: variable })))).toEqual(missing);
  expect(await retried(await failing(await create(owner, { image: 'mine:19.0' })))).toEqual(missing);
  expect(await retried(await failing(await configure(ocore, owner, { envVars: variable })))).toEqual(missing);
  expect(await retried(await failing(await configure(ocore, owner, { workers: 4 })))).toEqual([202]);
  // One that a version without the permission has left.
  const old = await failing(await configure(ocore, owner, { envVars: variable }));
  await ocore.sql("UPDATE operations SET input = input - 'ownCode' WHERE id = $1", [old]);
  expect(await retried(old)).toEqual(missing);
});

it.for([
  'PYTHONWARNINGS',
  'PYTHONPATH',
  'LD_PRELOAD',
  'LD_LIBRARY_PATH',
  'BASH_ENV',
  'ENV',
  'PATH',
  'HOME',
  'BROWSER',
  'IFS',
  'PS4',
  'SHELLOPTS',
  'ODOO_RC',
  'OPENERP_SERVER',
  'PERL5OPT',
  'NODE_OPTIONS',
  'GCONV_PATH',
  'GLIBC_TUNABLES',
  'MALLOC_CHECK_',
  'OPENSSL_CONF',
  'HOST',
  'PORT',
  'USER',
  'PASSWORD',
  'PASSWORD_FILE',
  'DB_PORT_5432_TCP_ADDR',
  'POSTGRES_USER',
  'PGHOST',
  'PGSERVICEFILE',
])('cannot hijack Odoo by the variable %s, whoever sets it', async (name, { ocore, owner }) => {
  for (const answer of [
    await create(owner, { envVars: [{ name, value: 'x' }] }),
    await configure(ocore, owner, { envVars: [...variable, { name, value: 'x' }] }),
  ]) {
    expect([
      answer.status,
      answer.at('error.code'),
      answer.at('error.details.field'),
      answer.at('error.details.constraint'),
    ]).toEqual([400, 'validation_error', `envVars.${name}`, 'reserved']);
    expect(answer.text('error.message')).toContain(`${name} cannot be set, because`);
  }
});

it('may be told what it needs by any other variable', async ({ owner }) => {
  const names = [
    'SMTP_HOST',
    'MY_PATH',
    'TZ',
    'ODOO_STAGE',
    'HTTPS_PROXY',
    'SSL_CERT_FILE',
    'PORTAL',
    'HOSTNAME_SUFFIX',
    'S3_PASSWORD',
  ];
  expect((await create(owner, { envVars: names.map((name) => ({ name, value: 'x' })) })).status).toBe(202);
});
