import type { Route } from './route.ts';

const fields = 'id name slug status statusMessage serverId environmentId projectId odooVersion edition image httpPort url workers limitMemorySoft limitMemoryHard limitTimeCpu limitTimeReal maxCronThreads logLevel language country demo modules adminEmail envVarNames deletionProtected lastSeenAt createdAt updatedAt';
const payload = 'instance { id status } operation { id }';
const category = 'Instances';
const act = (verb: string, message: string): Route => ({
  method: 'post', path: `/instances/{id}/${verb}`, category, summary: `${verb[0]?.toUpperCase()}${verb.slice(1)} an instance`,
  document: `mutation ($id: ID!) { ${verb}Instance(id: $id) { ${payload} } }`, answer: { as: 'accepted', resource: 'instance', message },
});

export const instanceRoutes: readonly Route[] = [
  { method: 'get', path: '/instances', category, summary: 'List instances', document: `query ($first: Int, $after: String, $serverId: ID, $environmentId: ID, $status: InstanceStatus, $search: String, $sort: ListSort) { instances(first: $first, after: $after, serverId: $serverId, environmentId: $environmentId, status: $status, search: $search, sort: $sort) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  { method: 'post', path: '/instances', category, summary: 'Create and provision an instance', document: `mutation ($input: CreateInstanceInput!) { createInstance(input: $input) { ${payload} } }`, answer: { as: 'accepted', resource: 'instance', message: 'Instance creation in progress' } },
  { method: 'get', path: '/instances/{id}', category, summary: 'Get an instance', document: `query ($id: ID!) { instance(id: $id) { ${fields} } }`, answer: { as: 'object' }, readings: ['lastSeenAt'] },
  { method: 'patch', path: '/instances/{id}', category, summary: 'Configure an instance', document: `mutation ($id: ID!, $input: ConfigureInstanceInput!) { configureInstance(id: $id, input: $input) { ${payload} } }`, answer: { as: 'accepted', resource: 'instance', message: 'Instance configuration in progress' } },
  act('start', 'Instance start in progress'),
  act('stop', 'Instance stop in progress'),
  act('restart', 'Instance restart in progress'),
  { method: 'delete', path: '/instances/{id}', category, summary: 'Delete an instance and its data', document: `mutation ($id: ID!, $confirmName: String) { deleteInstance(id: $id, confirmName: $confirmName) { ${payload} } }`, body: ['confirmName'], answer: { as: 'accepted', resource: 'instance', message: 'Instance deletion in progress' } },
  { method: 'get', path: '/instances/{id}/logs', category, summary: 'Read the newest log lines', document: 'query ($id: ID!, $source: InstanceLogSource, $lines: Int) { instanceLogs(id: $id, source: $source, lines: $lines) { at level message } }', answer: { as: 'whole', key: 'data' }, errors: ['unprocessable'] },
  { method: 'post', path: '/instances/{id}/admin-password', category, summary: 'Get Odoo’s first admin password, once', document: 'mutation ($id: ID!) { revealAdminPassword(id: $id) { login password } }', answer: { as: 'object' } },
];
