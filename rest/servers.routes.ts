import { z } from 'zod';
import { acceptHostKeyInput, createServerInput, updateServerInput, updateServerProjectsInput } from '../src/servers/index.ts';
import { type Category, type Examples, filter, type Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const gib = 1024 ** 3;

/** A key as ssh-keygen writes it, and worth nothing: it is that of 32 zero bytes. */
const sshPrivateKey = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACA7aie8zrakLWKjqNAqbw1zZTIVdx3iQ6Y6wEihi1naKQAAAJAAAAAAAAAA
AAAAAAtzc2gtZWQyNTUxOQAAACA7aie8zrakLWKjqNAqbw1zZTIVdx3iQ6Y6wEihi1naKQ
AAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADtqJ7zOtqQtYqOo0CpvDXNl
MhV3HeJDpjrASKGLWdopAAAAB2V4YW1wbGUBAgMEBQY=
-----END OPENSSH PRIVATE KEY-----
`;

const fields = 'id name description kind host port sshUser authMethod dockerSocket maxSshSessions status statusMessage hostKeyFingerprint presentedFingerprint osName osVersion kernel architecture dockerVersion cpuCores ramTotalBytes diskTotalBytes diskAvailableBytes lastSeenAt projectIds createdAt updatedAt';
const metric = 'collectedAt cpuLoad1m cpuLoad5m cpuLoad15m cpuUsagePercent ramTotalBytes ramUsedBytes ramAvailableBytes ramUsagePercent diskTotalBytes diskUsedBytes diskAvailableBytes diskUsagePercent networkRxBytes networkTxBytes uptimeSeconds';
const payload = 'server { id status } operation { id }';
const category = 'Servers';

const routes: readonly Route[] = [
  {
    method: 'get',
    path: '/servers',
    category,
    summary: 'List servers',
    document: `query ($first: Int, $after: String, $status: [ServerStatus!], $search: String, $sort: ListSort) { servers(first: $first, after: $after, statuses: $status, search: $search, sort: $sort) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  {
    method: 'post',
    path: '/servers',
    category,
    summary: 'Register a server and validate it',
    document: `mutation ($input: CreateServerInput!) { createServer(input: $input) { ${payload} } }`,
    answer: { as: 'accepted', resource: 'server', message: 'Server validation in progress' },
    errors: ['destination_denied', 'quota_exceeded'],
  },
  { method: 'get', path: '/servers/{id}', category, summary: 'Get a server', document: `query ($id: ID!) { server(id: $id) { ${fields} } }`, answer: { as: 'object' }, readings: ['lastSeenAt', 'diskAvailableBytes'] },
  {
    method: 'patch',
    path: '/servers/{id}',
    category,
    summary: 'Update a server',
    document: `mutation ($id: ID!, $input: UpdateServerInput!) { updateServer(id: $id, input: $input) { ${payload} } }`,
    answer: { as: 'accepted', resource: 'server', message: 'Server updated', mayBeDone: true },
    errors: ['destination_denied'],
  },
  {
    method: 'delete',
    path: '/servers/{id}',
    category,
    summary: 'Remove a server',
    document: `mutation ($id: ID!, $confirmName: String, $force: Boolean) { removeServer(id: $id, confirmName: $confirmName, force: $force) { ${payload} } }`,
    body: ['confirmName', 'force'],
    answer: { as: 'accepted', resource: 'server', message: 'Server removal in progress' },
  },
  { method: 'post', path: '/servers/{id}/validate', category, summary: 'Validate a server again', document: `mutation ($id: ID!) { validateServer(id: $id) { ${payload} } }`, answer: { as: 'accepted', resource: 'server', message: 'Server validation in progress' } },
  {
    method: 'post',
    path: '/servers/{id}/accept-host-key',
    category,
    summary: 'Accept a changed host key',
    document: `mutation ($id: ID!, $fingerprint: String!) { acceptServerHostKey(id: $id, fingerprint: $fingerprint) { ${payload} } }`,
    body: ['fingerprint'],
    answer: { as: 'accepted', resource: 'server', message: 'Server validation in progress' },
  },
  { method: 'put', path: '/servers/{id}/projects', category, summary: 'Open a server to projects', document: `mutation ($id: ID!, $projectIds: [ID!]!) { updateServerProjects(id: $id, projectIds: $projectIds) { ${fields} } }`, body: ['projectIds'], answer: { as: 'object' } },
  { method: 'get', path: '/servers/{id}/metrics', category, summary: 'Read a server’s metrics', document: `query ($id: ID!, $period: MetricPeriod) { serverMetricHistory(id: $id, period: $period) { count period metrics { ${metric} } } }`, answer: { as: 'object' } },
  { method: 'get', path: '/servers/{id}/metrics/latest', category, summary: 'Read a server’s newest metrics', document: `query ($id: ID!) { latestServerMetric(id: $id) { ${metric} } }`, answer: { as: 'object' } },
];

const examples: Examples = {
  '/servers/{id}': ids.server,
  'Server.id': ids.server,
  'Server.name': 'berlin-1',
  'servers.search': 'berlin',
  'Server.description': 'Hetzner, Falkenstein',
  'Server.status': 'active',
  'createServer.status': 'validating',
  'updateServer.status': 'validating',
  'validateServer.status': 'validating',
  'acceptServerHostKey.status': 'validating',
  'removeServer.status': 'removing',
  'removeServer.confirmName': 'berlin-1',
  'removeServer.force': false,
  'Server.kind': 'ssh',
  host: 'berlin-1.example.com',
  port: 22,
  sshUser: 'root',
  sshPrivateKey,
  sshPassword: null,
  dockerSocket: '/var/run/docker.sock',
  maxSshSessions: 8,
  hostKeyFingerprint: 'SHA256:FylsK2MLx2p0Q7mZs9Rk4TtYwVbN1cDfGhJjLlPpQ3s',
  presentedFingerprint: null,
  'acceptServerHostKey.fingerprint': 'SHA256:FylsK2MLx2p0Q7mZs9Rk4TtYwVbN1cDfGhJjLlPpQ3s',
  osName: 'Debian GNU/Linux',
  osVersion: '12',
  kernel: '6.1.0-28-amd64',
  architecture: 'x86_64',
  dockerVersion: '28.2.2',
  cpuCores: 8,
  ramTotalBytes: 16 * gib,
  ramUsedBytes: 6 * gib,
  ramAvailableBytes: 10 * gib,
  diskTotalBytes: 160 * gib,
  diskUsedBytes: 40 * gib,
  ramUsagePercent: 37.5,
  diskUsagePercent: 25,
  'ServerMetricHistory.count': 1,
  'ServerMetricHistory.period': '1h',
  diskAvailableBytes: 120 * gib,
  cpuLoad1m: 0.42,
  cpuLoad5m: 0.37,
  cpuLoad15m: 0.31,
  cpuUsagePercent: 5.2,
  networkRxBytes: 48_211_904,
  networkTxBytes: 12_884_901,
  uptimeSeconds: 864_000,
};

const parsers: Parsers = {
  CreateServerInput: createServerInput,
  UpdateServerInput: updateServerInput,
  acceptServerHostKey: acceptHostKeyInput,
  // What has to be typed to confirm is the name, or wrong.
  servers: z.object({ search: filter }),
  removeServer: z.object({ confirmName: createServerInput.shape.name }),
  updateServerProjects: updateServerProjectsInput,
};

export default { routes, examples, parsers, shortFields: { CreateServerInput: ['host', 'sshUser', 'sshPrivateKey'] } } satisfies Category;
