import { z } from 'zod';
import { createInstanceInput, envVarInput, logCursor, logLinesInput, updateInstanceInput } from '../src/instances/index.ts';
import { type Category, type Examples, filter, type Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const gib = 1024 ** 3;
const fields =
  'id name slug status statusMessage serverId environmentId projectId odooVersion edition odooEdition image imageDigest httpPort longpollingPort url websocketUrl workers limitMemorySoft limitMemoryHard limitTimeCpu limitTimeReal maxCronThreads logLevel cpuLimit memoryLimit processLimit databaseCpuLimit databaseMemoryLimit databaseProcessLimit language country demo modules adminEmail envVarNames deletionProtected provisionedAt settingsPending deploymentId currentOperationId lastSeenAt createdAt updatedAt';
const payload = 'instance { id status } operation { id }';
const category = 'Instances';
const act = (verb: string, message: string): Route => ({
  method: 'post',
  path: `/instances/{id}/${verb}`,
  category,
  summary: `${verb[0]?.toUpperCase()}${verb.slice(1)} an instance`,
  document: `mutation ($id: ID!) { ${verb}Instance(id: $id) { ${payload} } }`,
  answer: { as: 'accepted', resource: 'instance', message },
});

const logLine = 'at level message cursor';
const logFilters = '$id: ID!, $source: InstanceLogSource, $lines: Int, $after: String, $search: String, $startDate: DateTime, $endDate: DateTime';
const logFilter = 'id: $id, source: $source, lines: $lines, after: $after, search: $search, startDate: $startDate, endDate: $endDate';

const routes: readonly Route[] = [
  {
    method: 'get',
    path: '/instances',
    category,
    summary: 'List instances',
    document: `query ($first: Int, $after: String, $projectId: ID, $serverId: ID, $environmentId: ID, $status: [InstanceStatus!], $search: String, $sort: ListSort) { instances(first: $first, after: $after, projectId: $projectId, serverId: $serverId, environmentId: $environmentId, statuses: $status, search: $search, sort: $sort) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  { method: 'post', path: '/instances', category, summary: 'Create and provision an instance', document: `mutation ($input: CreateInstanceInput!) { createInstance(input: $input) { ${payload} } }`, answer: { as: 'accepted', resource: 'instance', message: 'Instance creation in progress' }, errors: ['quota_exceeded'] },
  { method: 'get', path: '/instances/{id}', category, summary: 'Get an instance', document: `query ($id: ID!) { instance(id: $id) { ${fields} } }`, answer: { as: 'object' }, readings: ['lastSeenAt'] },
  { method: 'patch', path: '/instances/{id}', category, summary: 'Change an instance', document: `mutation ($id: ID!, $input: UpdateInstanceInput!) { updateInstance(id: $id, input: $input) { ${payload} message } }`, answer: { as: 'accepted', resource: 'instance', message: 'Instance updated', mayBeDone: true } },
  {
    method: 'post',
    path: '/instances/{id}/provision',
    category,
    summary: 'Provision a failed or stopped instance again',
    document: `mutation ($id: ID!, $pullImage: Boolean) { provisionInstance(id: $id, pullImage: $pullImage) { ${payload} } }`,
    body: ['pullImage'],
    answer: { as: 'accepted', resource: 'instance', message: 'Instance provisioning in progress' },
  },
  act('start', 'Instance start in progress'),
  act('stop', 'Instance stop in progress'),
  act('restart', 'Instance restart in progress'),
  {
    method: 'delete',
    path: '/instances/{id}',
    category,
    summary: 'Delete an instance and its data',
    document: `mutation ($id: ID!, $confirmName: String, $force: Boolean, $finalBackup: Boolean, $destinationId: ID) { deleteInstance(id: $id, confirmName: $confirmName, force: $force, finalBackup: $finalBackup, destinationId: $destinationId) { ${payload} } }`,
    body: ['confirmName', 'force', 'finalBackup', 'destinationId'],
    answer: { as: 'accepted', resource: 'instance', message: 'Instance deletion in progress' },
  },
  {
    method: 'get',
    path: '/instances/{id}/logs',
    category,
    summary: 'Read or follow the log',
    document: `query (${logFilters}) { instanceLogs(${logFilter}) { ${logLine} } }`,
    answer: { as: 'whole', key: 'data' },
    errors: ['unprocessable'],
    stream: { document: `subscription (${logFilters}) { instanceLogs(${logFilter}) { ${logLine} } }`, id: 'cursor' },
  },
  { method: 'post', path: '/instances/{id}/admin-password', category, summary: 'Get Odoo’s admin password, once', document: 'mutation ($id: ID!) { revealAdminPassword(id: $id) { login password } }', answer: { as: 'object' } },
  { method: 'post', path: '/instances/{id}/reset-admin-password', category, summary: 'Reset Odoo’s admin password', document: `mutation ($id: ID!) { resetAdminPassword(id: $id) { ${payload} } }`, answer: { as: 'accepted', resource: 'instance', message: 'Password reset in progress' } },
];

const examples: Examples = {
  '/instances/{id}': ids.instance,
  'Instance.id': ids.instance,
  'Instance.name': 'ERP production',
  'Instance.slug': 'erp-production',
  'Instance.status': 'running',
  'createInstance.status': 'provisioning',
  'updateInstance.status': 'restarting',
  'provisionInstance.status': 'provisioning',
  'stopInstance.status': 'stopping',
  'startInstance.status': 'restarting',
  'restartInstance.status': 'restarting',
  'deleteInstance.status': 'removing',
  image: 'odoo:19.0',
  'CreateInstanceInput.image': null,
  'UpdateInstanceInput.image': null,
  provisionedAt: '2026-11-24T09:34:12.345Z',
  settingsPending: false,
  currentOperationId: null,
  imageDigest: 'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  pullImage: false,
  httpPort: 20000,
  longpollingPort: 20001,
  'Instance.websocketUrl': 'ws://berlin-1.example.com:20001/websocket',
  'Instance.url': 'http://berlin-1.example.com:20000',
  workers: 2,
  limitMemorySoft: 2 * gib,
  limitMemoryHard: 2.5 * gib,
  limitTimeCpu: 600,
  limitTimeReal: 1200,
  maxCronThreads: 1,
  logLevel: 'info',
  cpuLimit: 1.5,
  memoryLimit: 4 * gib,
  processLimit: 1024,
  databaseCpuLimit: 1,
  databaseMemoryLimit: 2 * gib,
  databaseProcessLimit: 512,
  edition: 'community',
  odooEdition: 'community',
  language: 'en_US',
  country: 'BE',
  modules: ['sale_management', 'stock'],
  adminEmail: 'admin@example.com',
  envVarNames: ['SMTP_HOST'],
  'EnvVarInput.name': 'SMTP_HOST',
  'EnvVarInput.value': 'smtp.example.com',
  'deleteInstance.confirmName': 'ERP production',
  'deleteInstance.force': false,
  'deleteInstance.finalBackup': true,
  'instances.search': 'erp',
  lines: 200,
  'InstanceLogLine.level': 'info',
  'InstanceLogLine.cursor': '2026-11-24T09:30:00.412345678Z/1',
  'instanceLogs.after': '2026-11-24T09:30:00.412345678Z/1',
  'instanceLogs.search': 'traceback',
  'InstanceLogLine.message': '2026-11-24 09:30:00,412 1 INFO odoo odoo.modules.loading: 14 modules loaded in 0.82s, 0 queries (+0 extra)',
  login: 'admin@example.com',
  'AdminPassword.password': '1e51uiE9EGGMUVk2PEV2',
};

const parsers: Parsers = {
  CreateInstanceInput: createInstanceInput,
  EnvVarInput: envVarInput,
  UpdateInstanceInput: updateInstanceInput,
  // What has to be typed to confirm is the name, or wrong.
  deleteInstance: z.object({ confirmName: createInstanceInput.shape.name }),
  instanceLogs: z.object({ ...logLinesInput.shape, after: logCursor, search: filter }),
  instances: z.object({ search: filter }),
};

export default { routes, examples, parsers } satisfies Category;
