import type { Route } from './route.ts';

const fields = 'id name description kind host port sshUser authMethod dockerSocket maxSshSessions status statusMessage hostKeyFingerprint presentedFingerprint osName osVersion kernel architecture dockerVersion cpuCores ramTotalBytes diskTotalBytes diskAvailableBytes lastSeenAt projectIds createdAt updatedAt';
const metric = 'collectedAt cpuLoad1m cpuLoad5m cpuLoad15m cpuUsagePercent ramTotalBytes ramUsedBytes ramAvailableBytes diskTotalBytes diskUsedBytes diskAvailableBytes networkRxBytes networkTxBytes uptimeSeconds';
const payload = 'server { id status } operation { id }';
const category = 'Servers';

export const serverRoutes: readonly Route[] = [
  { method: 'get', path: '/servers', category, summary: 'List servers', document: `query ($first: Int, $after: String, $status: ServerStatus, $sort: ListSort) { servers(first: $first, after: $after, status: $status, sort: $sort) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  { method: 'post', path: '/servers', category, summary: 'Register a server and validate it', document: `mutation ($input: CreateServerInput!) { createServer(input: $input) { ${payload} } }`, answer: { as: 'accepted', resource: 'server', message: 'Server validation in progress' }, errors: ['destination_denied'] },
  { method: 'get', path: '/servers/{id}', category, summary: 'Get a server', document: `query ($id: ID!) { server(id: $id) { ${fields} } }`, answer: { as: 'object' }, readings: ['lastSeenAt', 'diskAvailableBytes'] },
  { method: 'patch', path: '/servers/{id}', category, summary: 'Update a server', document: `mutation ($id: ID!, $input: UpdateServerInput!) { updateServer(id: $id, input: $input) { ${payload} } }`, answer: { as: 'accepted', resource: 'server', message: 'Server updated' }, errors: ['destination_denied'] },
  { method: 'delete', path: '/servers/{id}', category, summary: 'Remove a server', document: `mutation ($id: ID!) { removeServer(id: $id) { ${payload} } }`, answer: { as: 'accepted', resource: 'server', message: 'Server removal in progress' } },
  { method: 'post', path: '/servers/{id}/validate', category, summary: 'Validate a server again', document: `mutation ($id: ID!) { validateServer(id: $id) { ${payload} } }`, answer: { as: 'accepted', resource: 'server', message: 'Server validation in progress' } },
  { method: 'post', path: '/servers/{id}/accept-host-key', category, summary: 'Accept a changed host key', document: `mutation ($id: ID!, $fingerprint: String!) { acceptServerHostKey(id: $id, fingerprint: $fingerprint) { ${payload} } }`, body: ['fingerprint'], answer: { as: 'accepted', resource: 'server', message: 'Server validation in progress' } },
  { method: 'put', path: '/servers/{id}/projects', category, summary: 'Open a server to projects', document: `mutation ($id: ID!, $projectIds: [ID!]!) { updateServerProjects(id: $id, projectIds: $projectIds) { ${fields} } }`, body: ['projectIds'], answer: { as: 'object' } },
  { method: 'get', path: '/servers/{id}/metrics', category, summary: 'Read a server’s metrics', document: `query ($id: ID!, $period: MetricPeriod) { serverMetrics(id: $id, period: $period) { ${metric} } }`, answer: { as: 'whole', key: 'metrics' } },
  { method: 'get', path: '/servers/{id}/metrics/latest', category, summary: 'Read a server’s newest metrics', document: `query ($id: ID!) { latestServerMetric(id: $id) { ${metric} } }`, answer: { as: 'object' } },
];
