import { latestServerMetric, serverMetrics } from '../src/servers/index.ts';
import {
  acceptHostKey,
  createServer,
  getServer,
  listServers,
  removeServer,
  updateServer,
  updateServerProjects,
  validateServer,
} from '../src/servers/index.ts';
import type { Operation as OperationRow, Server as ServerRow } from '../prisma/generated/client/client.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { listSort } from './list-sort.ts';
import { projectIdsOf } from './loaders.ts';
import { Node } from './node.ts';
import { Operation } from './operation.ts';
import { watch } from './watch.ts';

const ServerKind = builder.enumType('ServerKind', {
  description: 'How oCore connects to a server.',
  values: {
    ssh: { description: 'Over SSH.' },
    local: { description: 'The control plane’s own machine, if its operator allows that.' },
  } as const,
});
const AuthMethod = builder.enumType('ServerAuthMethod', {
  description: 'How oCore authenticates to a server.',
  values: { key: { description: 'With an SSH private key.' }, password: { description: 'With a password.' } } as const,
});
const ServerStatus = builder.enumType('ServerStatus', {
  description: 'The status of a server.',
  values: {
    pending: { description: 'Not validated yet.' },
    validating: { description: 'Being validated.' },
    active: { description: 'Ready for instances.' },
    unreachable: {
      description: 'It is unreachable or does not meet the requirements; statusMessage gives the reason.',
    },
    removing: { description: 'Being removed.' },
    removed: { description: 'Removed.' },
  } as const,
});
const MetricPeriod = builder.enumType('MetricPeriod', {
  description: 'The period of time up to now.',
  values: {
    HOUR: { value: '1h', description: 'One hour.' },
    HOURS_6: { value: '6h', description: 'Six hours.' },
    HOURS_24: { value: '24h', description: 'A day.' },
    DAYS_7: { value: '7d', description: 'A week.' },
  } as const,
});

const ServerMetric = builder.prismaObject('ServerMetric', {
  description: 'The metrics of a server at one time.',
  fields: (t) => ({
    collectedAt: t.expose('collectedAt', { type: 'DateTime', description: 'When they were collected.' }),
    cpuLoad1m: t.exposeFloat('cpuLoad1m', { description: 'Load average of one minute.' }),
    cpuLoad5m: t.exposeFloat('cpuLoad5m', { description: 'Load average of five minutes.' }),
    cpuLoad15m: t.exposeFloat('cpuLoad15m', { description: 'Load average of fifteen minutes.' }),
    cpuUsagePercent: t.exposeFloat('cpuUsagePercent', {
      nullable: true,
      description: 'CPU usage since the previous measurement, in percent of all cores.',
    }),
    ramTotalBytes: t.expose('ramTotalBytes', { type: 'ByteSize', description: 'Total memory in bytes.' }),
    ramUsedBytes: t.expose('ramUsedBytes', { type: 'ByteSize', description: 'Used memory in bytes.' }),
    ramAvailableBytes: t.expose('ramAvailableBytes', { type: 'ByteSize', description: 'Available memory in bytes.' }),
    diskTotalBytes: t.expose('diskTotalBytes', {
      type: 'ByteSize',
      description: 'Size in bytes of the disk that Docker uses.',
    }),
    diskUsedBytes: t.expose('diskUsedBytes', { type: 'ByteSize', description: 'Used disk space in bytes.' }),
    diskAvailableBytes: t.expose('diskAvailableBytes', { type: 'ByteSize', description: 'Free disk space in bytes.' }),
    networkRxBytes: t.expose('networkRxBytes', {
      type: 'ByteSize',
      description: 'Bytes received since the server started.',
    }),
    networkTxBytes: t.expose('networkTxBytes', {
      type: 'ByteSize',
      description: 'Bytes sent since the server started.',
    }),
    uptimeSeconds: t.float({
      description: 'Seconds since the server started.',
      resolve: (row) => Number(row.uptimeSeconds),
    }),
  }),
});

export const Server = builder.prismaObject('Server', {
  interfaces: [Node],
  description: 'A host that oCore manages. Its credentials are never shown.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    name: t.exposeString('name', { description: 'Its name, unique in the organization.' }),
    description: t.exposeString('description', { description: 'The description.' }),
    kind: t.expose('kind', { type: ServerKind, description: 'How oCore connects to it.' }),
    host: t.exposeString('host', { description: 'Host name or address.' }),
    port: t.exposeInt('port', { description: 'The SSH port.' }),
    sshUser: t.exposeString('sshUser', { description: 'The SSH user.' }),
    authMethod: t.expose('authMethod', { type: AuthMethod, description: 'How oCore authenticates.' }),
    dockerSocket: t.exposeString('dockerSocket', { description: 'The socket of its Docker engine.' }),
    maxSshSessions: t.exposeInt('maxSshSessions', {
      description: 'The maximum number of concurrent channels on the SSH connection.',
    }),
    status: t.expose('status', { type: ServerStatus, description: 'The status.' }),
    statusMessage: t.exposeString('statusMessage', {
      nullable: true,
      description: 'The reason for the status, and how to resolve it.',
    }),
    hostKeyFingerprint: t.exposeString('hostKeyFingerprint', { nullable: true, description: 'The pinned host key.' }),
    presentedFingerprint: t.exposeString('presentedFingerprint', {
      nullable: true,
      description: 'A different host key that the server presented. oCore sends no credentials until you accept it.',
    }),
    osName: t.exposeString('osName', { nullable: true, description: 'Its operating system.' }),
    osVersion: t.exposeString('osVersion', { nullable: true, description: 'The version of its operating system.' }),
    kernel: t.exposeString('kernel', { nullable: true, description: 'Its kernel.' }),
    architecture: t.exposeString('architecture', { nullable: true, description: 'Its processor architecture.' }),
    dockerVersion: t.exposeString('dockerVersion', {
      nullable: true,
      description: 'The version of its Docker engine.',
    }),
    cpuCores: t.exposeInt('cpuCores', { nullable: true, description: 'Its CPU cores.' }),
    ramTotalBytes: t.expose('ramTotalBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'Total memory in bytes.',
    }),
    diskTotalBytes: t.expose('diskTotalBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'Total disk space in bytes.',
    }),
    diskAvailableBytes: t.expose('diskAvailableBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'Free disk space in bytes.',
    }),
    lastSeenAt: t.expose('lastSeenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last reachable.',
    }),
    projectIds: t.stringList({
      description:
        'The projects that may use the server, as far as you may see them. Members and API keys that are limited to projects can create instances only on servers of their projects.',
      resolve: (row, _args, context) => projectIdsOf(context, row.id),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was registered.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const ServerPayload = builder
  .objectRef<{ server: ServerRow; operation: OperationRow | null }>('ServerPayload')
  .implement({
    description: 'A server and the operation that works on it.',
    fields: (t) => ({
      server: t.field({ type: Server, description: 'The server.', resolve: (row) => row.server }),
      operation: t.field({
        type: Operation,
        nullable: true,
        description: 'The operation that was started; null if no operation is needed.',
        resolve: (row) => row.operation,
      }),
    }),
  });

const CreateServerInput = builder.inputType('CreateServerInput', {
  description: 'A server to register.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Up to 100 characters, unique in the organization.' }),
    description: t.string({ description: 'The description.' }),
    kind: t.field({ type: ServerKind, description: 'Default: ssh.' }),
    host: t.string({ description: 'Host name or address, up to 255 characters. Required over SSH.' }),
    port: t.int({ description: '1 to 65535. Default: 22.' }),
    sshUser: t.string({ description: 'Up to 64 characters. Required over SSH.' }),
    authMethod: t.field({ type: AuthMethod, description: 'Default: key.' }),
    sshPrivateKey: t.string({ description: 'An unencrypted private key. Required with authMethod key.' }),
    sshPassword: t.string({ description: 'Required with authMethod password.' }),
    maxSshSessions: t.int({
      description: 'The maximum number of concurrent channels on the SSH connection, 1 to 8. Default: 8.',
    }),
    dockerSocket: t.string({ description: 'The socket of the Docker engine. Default: /var/run/docker.sock.' }),
    hostKeyFingerprint: t.string({
      description:
        'The fingerprint of the host key, as `ssh-keygen -l` prints it (SHA256:…). Default: the key is pinned at the first connection.',
    }),
  }),
});
const UpdateServerInput = builder.inputType('UpdateServerInput', {
  description: 'The changes. Absent fields keep their value.',
  fields: (t) => ({
    name: t.string({ description: 'A new name.' }),
    description: t.string({ description: 'The description.' }),
    host: t.string({
      description: 'A new host name or address. The server is validated again, and an SSH password must be sent again.',
    }),
    port: t.int({ description: 'A new port. The server is validated again.' }),
    sshUser: t.string({ description: 'A new user. The server is validated again.' }),
    authMethod: t.field({ type: AuthMethod, description: 'A new authentication method. It needs its credential.' }),
    sshPrivateKey: t.string({ description: 'A new private key. The server is validated again.' }),
    sshPassword: t.string({ description: 'A new password. The server is validated again.' }),
    maxSshSessions: t.int({ description: 'The maximum number of concurrent channels on the SSH connection, 1 to 8.' }),
  }),
});

builder.queryFields((t) => ({
  server: t.field({
    type: Server,
    authScopes: { permission: 'view:servers' },
    description: 'One server.',
    args: { id: t.arg.id({ required: true, description: 'The id.' }) },
    resolve: (_root, { id }, context) => getServer(orgScope(context), id),
  }),
  servers: t.connection(
    {
      type: Server,
      authScopes: { permission: 'view:servers' },
      description: 'The servers.',
      args: {
        status: t.arg({ type: ServerStatus, description: 'Only rows with this status.' }),
        sort: t.arg(listSort),
      },
      resolve: async (_root, args, context) => connectionOf(await listServers(orgScope(context), args)),
    },
    { description: 'A page of servers.' },
    { description: 'One server of a page.' },
  ),
  serverMetrics: t.field({
    type: [ServerMetric],
    authScopes: { permission: 'view:servers' },
    description: 'The metrics of a server, oldest first. Long periods are sampled.',
    args: {
      id: t.arg.id({ required: true, description: 'The server.' }),
      period: t.arg({ type: MetricPeriod, defaultValue: '1h', description: 'The period of time up to now.' }),
    },
    resolve: (_root, { id, period }, context) => serverMetrics(orgScope(context), id, period ?? '1h'),
  }),
  latestServerMetric: t.field({
    type: ServerMetric,
    nullable: true,
    authScopes: { permission: 'view:servers' },
    description: 'The latest metrics of a server.',
    args: { id: t.arg.id({ required: true, description: 'The server.' }) },
    resolve: (_root, { id }, context) => latestServerMetric(orgScope(context), id),
  }),
}));

builder.mutationFields((t) => ({
  createServer: t.field({
    type: ServerPayload,
    authScopes: { permission: 'manage:servers' },
    description: 'Registers and validates a server.',
    args: { input: t.arg({ type: CreateServerInput, required: true, description: 'The server.' }) },
    resolve: (_root, { input }, context) => createServer(context.app, orgScope(context), input),
  }),
  updateServer: t.field({
    type: ServerPayload,
    authScopes: { permission: 'manage:servers' },
    description: 'Changes a server. A new address or credential is validated.',
    args: {
      id: t.arg.id({ required: true, description: 'The server.' }),
      input: t.arg({ type: UpdateServerInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) => updateServer(context.app, orgScope(context), id, input),
  }),
  updateServerProjects: t.field({
    type: Server,
    authScopes: { permission: 'manage:servers' },
    description: 'Sets the projects that may use the server. Existing instances stay.',
    args: {
      id: t.arg.id({ required: true, description: 'The server.' }),
      projectIds: t.arg.idList({
        required: true,
        description: 'All projects that may use the server; empty for none.',
      }),
    },
    resolve: (_root, { id, projectIds }, context) =>
      updateServerProjects(context.app, orgScope(context), id, { projectIds }),
  }),
  validateServer: t.field({
    type: ServerPayload,
    authScopes: { permission: 'manage:servers' },
    description: 'Validates a server again.',
    args: { id: t.arg.id({ required: true, description: 'The server.' }) },
    resolve: (_root, { id }, context) => validateServer(context.app, orgScope(context), id),
  }),
  acceptServerHostKey: t.field({
    type: ServerPayload,
    authScopes: { permission: 'manage:servers' },
    description: 'Pins the changed host key that the server presented. Compare it with the server first.',
    args: {
      id: t.arg.id({ required: true, description: 'The server.' }),
      fingerprint: t.arg.string({ required: true, description: 'The value of presentedFingerprint.' }),
    },
    resolve: (_root, { id, fingerprint }, context) => acceptHostKey(context.app, orgScope(context), id, fingerprint),
  }),
  removeServer: t.field({
    type: ServerPayload,
    authScopes: { permission: 'manage:servers' },
    description: 'Removes a server without instances.',
    args: { id: t.arg.id({ required: true, description: 'The server.' }) },
    resolve: (_root, { id }, context) => removeServer(context.app, orgScope(context), id),
  }),
}));

builder.subscriptionFields((t) => ({
  serverUpdated: t.field({
    type: Server,
    authScopes: { permission: 'view:servers' },
    description: 'The current server, and again after every change and new metrics.',
    args: { id: t.arg.id({ required: true, description: 'The server.' }) },
    subscribe: async (_root, { id }, context) => {
      await getServer(orgScope(context), id);
      return watch(context, 'view:servers', [`server:${id}`], (scope) => getServer(scope, id));
    },
    resolve: (row: ServerRow) => row,
  }),
}));
