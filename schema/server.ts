import { latestServerMetric, serverMetrics } from '../src/servers/index.ts';
import { acceptHostKey, createServer, getServer, listServers, removeServer, updateServer, updateServerProjects, validateServer } from '../src/servers/index.ts';
import type { Operation as OperationRow, Server as ServerRow } from '../prisma/generated/client/client.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { listSort } from './list-sort.ts';
import { projectIdsOf } from './loaders.ts';
import { Node } from './node.ts';
import { Operation } from './operation.ts';
import { watch } from './watch.ts';

const ServerKind = builder.enumType('ServerKind', { description: 'How a server is reached.', values: { ssh: { description: 'Over SSH.' }, local: { description: 'The control plane’s own machine, where its operator allows that.' } } as const });
const AuthMethod = builder.enumType('ServerAuthMethod', { description: 'How oCore signs in to a server.', values: { key: { description: 'With an SSH private key.' }, password: { description: 'With a password.' } } as const });
const ServerStatus = builder.enumType('ServerStatus', {
  description: 'Where a server stands.',
  values: { pending: { description: 'Not validated yet.' }, validating: { description: 'Being validated.' }, active: { description: 'Ready for instances.' }, unreachable: { description: 'It does not answer or does not fit; statusMessage says why.' }, removing: { description: 'Being removed.' }, removed: { description: 'Gone.' } } as const,
});
const MetricPeriod = builder.enumType('MetricPeriod', { description: 'How far back to look.', values: { HOUR: { value: '1h', description: 'One hour.' }, HOURS_6: { value: '6h', description: 'Six hours.' }, HOURS_24: { value: '24h', description: 'A day.' }, DAYS_7: { value: '7d', description: 'A week.' } } as const });

const ServerMetric = builder.prismaObject('ServerMetric', {
  description: 'One reading of a server.',
  fields: (t) => ({
    collectedAt: t.expose('collectedAt', { type: 'DateTime', description: 'When it was read.' }),
    cpuLoad1m: t.exposeFloat('cpuLoad1m', { description: 'Load average of one minute.' }),
    cpuLoad5m: t.exposeFloat('cpuLoad5m', { description: 'Load average of five minutes.' }),
    cpuLoad15m: t.exposeFloat('cpuLoad15m', { description: 'Load average of fifteen minutes.' }),
    cpuUsagePercent: t.exposeFloat('cpuUsagePercent', { nullable: true, description: 'CPU use since the reading before, in percent of all cores.' }),
    ramTotalBytes: t.expose('ramTotalBytes', { type: 'ByteSize', description: 'Memory.' }),
    ramUsedBytes: t.expose('ramUsedBytes', { type: 'ByteSize', description: 'Memory in use.' }),
    ramAvailableBytes: t.expose('ramAvailableBytes', { type: 'ByteSize', description: 'Memory that programs can still have.' }),
    diskTotalBytes: t.expose('diskTotalBytes', { type: 'ByteSize', description: 'Size of the disk that Docker uses.' }),
    diskUsedBytes: t.expose('diskUsedBytes', { type: 'ByteSize', description: 'Disk in use.' }),
    diskAvailableBytes: t.expose('diskAvailableBytes', { type: 'ByteSize', description: 'Disk that is free.' }),
    networkRxBytes: t.expose('networkRxBytes', { type: 'ByteSize', description: 'Bytes received since the server started.' }),
    networkTxBytes: t.expose('networkTxBytes', { type: 'ByteSize', description: 'Bytes sent since the server started.' }),
    uptimeSeconds: t.float({ description: 'Seconds since the server started.', resolve: (row) => Number(row.uptimeSeconds) }),
  }),
});

export const Server = builder.prismaObject('Server', {
  interfaces: [Node],
  description: 'A host that oCore works on. Credentials are never shown.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    name: t.exposeString('name', { description: 'Its name, unique in the organization.' }),
    description: t.exposeString('description', { description: 'What it is for.' }),
    kind: t.expose('kind', { type: ServerKind, description: 'How it is reached.' }),
    host: t.exposeString('host', { description: 'Host name or address.' }),
    port: t.exposeInt('port', { description: 'The port of its sshd.' }),
    sshUser: t.exposeString('sshUser', { description: 'The user that oCore signs in as.' }),
    authMethod: t.expose('authMethod', { type: AuthMethod, description: 'How oCore signs in.' }),
    dockerSocket: t.exposeString('dockerSocket', { description: 'Where its Docker engine listens.' }),
    maxSshSessions: t.exposeInt('maxSshSessions', { description: 'Channels at once on the SSH connection.' }),
    status: t.expose('status', { type: ServerStatus, description: 'Where it stands.' }),
    statusMessage: t.exposeString('statusMessage', { nullable: true, description: 'Why it stands there, and what to do.' }),
    hostKeyFingerprint: t.exposeString('hostKeyFingerprint', { nullable: true, description: 'The pinned host key.' }),
    presentedFingerprint: t.exposeString('presentedFingerprint', { nullable: true, description: 'A different host key that the server presented; nothing is sent until it is accepted.' }),
    osName: t.exposeString('osName', { nullable: true, description: 'Its operating system.' }),
    osVersion: t.exposeString('osVersion', { nullable: true, description: 'The version of it.' }),
    kernel: t.exposeString('kernel', { nullable: true, description: 'Its kernel.' }),
    architecture: t.exposeString('architecture', { nullable: true, description: 'Its processor architecture.' }),
    dockerVersion: t.exposeString('dockerVersion', { nullable: true, description: 'Its Docker engine.' }),
    cpuCores: t.exposeInt('cpuCores', { nullable: true, description: 'Its CPU cores.' }),
    ramTotalBytes: t.expose('ramTotalBytes', { type: 'ByteSize', nullable: true, description: 'Its memory.' }),
    diskTotalBytes: t.expose('diskTotalBytes', { type: 'ByteSize', nullable: true, description: 'The size of its disk.' }),
    diskAvailableBytes: t.expose('diskAvailableBytes', { type: 'ByteSize', nullable: true, description: 'The free part of its disk.' }),
    lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', nullable: true, description: 'When it last answered.' }),
    projectIds: t.stringList({
      description: 'The projects that it is open to, of those that you see: members and API keys that are limited to projects put instances only on these servers.',
      resolve: (row, _args, context) => projectIdsOf(context, row.id),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was registered.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When its row last changed.' }),
  }),
});

const ServerPayload = builder.objectRef<{ server: ServerRow; operation: OperationRow | null }>('ServerPayload').implement({
  description: 'A server, and the operation that works on it.',
  fields: (t) => ({
    server: t.field({ type: Server, description: 'The server.', resolve: (row) => row.server }),
    operation: t.field({ type: Operation, nullable: true, description: 'What was started; null where nothing slow is needed.', resolve: (row) => row.operation }),
  }),
});

const CreateServerInput = builder.inputType('CreateServerInput', {
  description: 'A server to register.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Up to 100 characters, unique in the organization.' }),
    description: t.string({ description: 'What it is for.' }),
    kind: t.field({ type: ServerKind, description: 'Default: ssh.' }),
    host: t.string({ description: 'Host name or address, up to 255 characters. Required over SSH.' }),
    port: t.int({ description: '1 to 65535. Default: 22.' }),
    sshUser: t.string({ description: 'Up to 64 characters. Required over SSH.' }),
    authMethod: t.field({ type: AuthMethod, description: 'Default: key.' }),
    sshPrivateKey: t.string({ description: 'An unencrypted private key. Required with authMethod key.' }),
    sshPassword: t.string({ description: 'Required with authMethod password.' }),
    maxSshSessions: t.int({ description: 'Channels at once on the connection, 1 to 8. Default: 8.' }),
    dockerSocket: t.string({ description: 'Where the Docker engine listens. Default: /var/run/docker.sock.' }),
    hostKeyFingerprint: t.string({ description: 'The host key as `ssh-keygen -l` prints it (SHA256:…). Default: the key of the first contact is pinned.' }),
  }),
});
const UpdateServerInput = builder.inputType('UpdateServerInput', {
  description: 'What is to change. Absent fields stay as they are.',
  fields: (t) => ({
    name: t.string({ description: 'A new name.' }),
    description: t.string({ description: 'What it is for.' }),
    host: t.string({ description: 'A new address; the server is validated again. An SSH password must be given again with it.' }),
    port: t.int({ description: 'A new port; the server is validated again.' }),
    sshUser: t.string({ description: 'A new user; the server is validated again.' }),
    authMethod: t.field({ type: AuthMethod, description: 'Another way to sign in; needs its credential.' }),
    sshPrivateKey: t.string({ description: 'A new private key; the server is validated again.' }),
    sshPassword: t.string({ description: 'A new password; the server is validated again.' }),
    maxSshSessions: t.int({ description: 'Channels at once, 1 to 8.' }),
  }),
});

builder.queryFields((t) => ({
  server: t.field({ type: Server, authScopes: { permission: 'view:servers' }, description: 'One server.', args: { id: t.arg.id({ required: true, description: 'Its id.' }) }, resolve: (_root, { id }, context) => getServer(orgScope(context), id) }),
  servers: t.connection({
    type: Server, authScopes: { permission: 'view:servers' }, description: 'The servers.',
    args: { status: t.arg({ type: ServerStatus, description: 'Only those that stand there.' }), sort: t.arg(listSort) },
    resolve: async (_root, args, context) => connectionOf(await listServers(orgScope(context), args)),
  }, { description: 'A page of servers.' }, { description: 'One server of a page.' }),
  serverMetrics: t.field({
    type: [ServerMetric], authScopes: { permission: 'view:servers' }, description: 'The readings of a server, oldest first; long periods are thinned.',
    args: { id: t.arg.id({ required: true, description: 'The server.' }), period: t.arg({ type: MetricPeriod, defaultValue: '1h', description: 'How far back.' }) },
    resolve: (_root, { id, period }, context) => serverMetrics(orgScope(context), id, period ?? '1h'),
  }),
  latestServerMetric: t.field({ type: ServerMetric, nullable: true, authScopes: { permission: 'view:servers' }, description: 'The newest reading of a server.', args: { id: t.arg.id({ required: true, description: 'The server.' }) }, resolve: (_root, { id }, context) => latestServerMetric(orgScope(context), id) }),
}));

builder.mutationFields((t) => ({
  createServer: t.field({ type: ServerPayload, authScopes: { permission: 'manage:servers' }, description: 'Registers a server and validates it.', args: { input: t.arg({ type: CreateServerInput, required: true, description: 'The server.' }) }, resolve: (_root, { input }, context) => createServer(context.app, orgScope(context), input) }),
  updateServer: t.field({ type: ServerPayload, authScopes: { permission: 'manage:servers' }, description: 'Changes a server; a new address or credential is validated.', args: { id: t.arg.id({ required: true, description: 'The server.' }), input: t.arg({ type: UpdateServerInput, required: true, description: 'The changes.' }) }, resolve: (_root, { id, input }, context) => updateServer(context.app, orgScope(context), id, input) }),
  updateServerProjects: t.field({
    type: Server, authScopes: { permission: 'manage:servers' }, description: 'Opens a server to exactly these projects. Instances that are on it stay.',
    args: { id: t.arg.id({ required: true, description: 'The server.' }), projectIds: t.arg.idList({ required: true, description: 'All projects that it is open to from now on; empty for none.' }) },
    resolve: (_root, { id, projectIds }, context) => updateServerProjects(context.app, orgScope(context), id, { projectIds }),
  }),
  validateServer: t.field({ type: ServerPayload, authScopes: { permission: 'manage:servers' }, description: 'Validates a server again.', args: { id: t.arg.id({ required: true, description: 'The server.' }) }, resolve: (_root, { id }, context) => validateServer(context.app, orgScope(context), id) }),
  acceptServerHostKey: t.field({
    type: ServerPayload, authScopes: { permission: 'manage:servers' }, description: 'Pins the changed host key that the server presented, after you compared it with the server.',
    args: { id: t.arg.id({ required: true, description: 'The server.' }), fingerprint: t.arg.string({ required: true, description: 'Exactly the presentedFingerprint.' }) },
    resolve: (_root, { id, fingerprint }, context) => acceptHostKey(context.app, orgScope(context), id, fingerprint),
  }),
  removeServer: t.field({ type: ServerPayload, authScopes: { permission: 'manage:servers' }, description: 'Removes a server on which no instance lives.', args: { id: t.arg.id({ required: true, description: 'The server.' }) }, resolve: (_root, { id }, context) => removeServer(context.app, orgScope(context), id) }),
}));

builder.subscriptionFields((t) => ({
  serverUpdated: t.field({
    type: Server, authScopes: { permission: 'view:servers' }, description: 'The server as it is now, and again after every change and reading.',
    args: { id: t.arg.id({ required: true, description: 'The server.' }) },
    subscribe: async (_root, { id }, context) => {
      await getServer(orgScope(context), id);
      return watch(context, 'view:servers', [`server:${id}`], (scope) => getServer(scope, id));
    },
    resolve: (row: ServerRow) => row,
  }),
}));

