import type { DatabaseReplica as ReplicaRow, Operation as OperationRow } from '../prisma/generated/client/client.ts';
import {
  createReplica,
  getReplicaOf,
  listReplicas,
  promoteReplica,
  rebuildReplica,
  removeReplica,
} from '../src/replicas/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { Node } from './node.ts';
import { Operation } from './operation.ts';

const ReplicaStatus = builder.enumType('DatabaseReplicaStatus', {
  description: 'The status of a replica.',
  values: {
    creating: { description: 'It is made, with a new copy of the database.' },
    online: { description: 'It follows the primary.' },
    lagging: { description: 'It follows the primary, and is behind by more than 30 seconds or 256 MiB.' },
    offline: { description: 'It is not connected to the primary, which keeps what it has not read yet.' },
    lost: { description: 'The primary no longer keeps what it would need. Rebuild it.' },
    failed: { description: 'It could not be made; `statusMessage` says why. Rebuild or remove it.' },
    promoting: { description: 'It becomes the primary.' },
    removing: { description: 'It is removed.' },
  } as const,
});

const DatabaseReplica = builder.prismaObject('DatabaseReplica', {
  interfaces: [Node],
  description: 'A streaming copy of the database of an instance, which can be read, and which can become the primary.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    instanceId: t.exposeID('instanceId', { description: 'The instance whose database it copies.' }),
    serverId: t.exposeID('serverId', { description: 'The server that it runs on.' }),
    address: t.exposeString('address', {
      nullable: true,
      description:
        'On another server than the instance: the address at which that server reaches the server of the instance.',
    }),
    port: t.exposeInt('port', {
      nullable: true,
      description: 'The TCP port there, which must be open for the server of the replica; null before it is assigned.',
    }),
    number: t.exposeInt('number', { description: 'Its number within the instance, from 1.' }),
    status: t.expose('status', { type: ReplicaStatus, description: 'The status.' }),
    statusMessage: t.exposeString('statusMessage', { nullable: true, description: 'The reason for the status.' }),
    lagBytes: t.expose('lagBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'How many bytes of changes it had not applied yet when it was last looked at; null before.',
    }),
    lagSeconds: t.exposeFloat('lagSeconds', {
      nullable: true,
      description: 'How old the changes were that it applied when it was last looked at; null if it was not connected.',
    }),
    checkedAt: t.expose('checkedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last looked at. It moves with each check of the server.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was requested.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed or looked at.' }),
  }),
});

const ReplicaPayload = builder
  .objectRef<{ replica: ReplicaRow; operation: OperationRow }>('DatabaseReplicaPayload')
  .implement({
    description: 'A replica and the operation that works on it.',
    fields: (t) => ({
      replica: t.field({ type: DatabaseReplica, description: 'The replica.', resolve: (row) => row.replica }),
      operation: t.field({
        type: Operation,
        description: 'The operation that was started. It is one of the instance.',
        resolve: (row) => row.operation,
      }),
    }),
  });

const replicaArg = { required: true as const, description: 'The replica.' };
const instanceArg = { required: true as const, description: 'The instance.' };

builder.queryFields((t) => ({
  databaseReplica: t.field({
    type: DatabaseReplica,
    authScopes: { permission: 'view:databases' },
    description: 'One replica.',
    args: { instanceId: t.arg.id(instanceArg), replicaId: t.arg.id(replicaArg) },
    resolve: (_root, { instanceId, replicaId }, context) => getReplicaOf(orgScope(context), instanceId, replicaId),
  }),
  databaseReplicas: t.connection(
    {
      type: DatabaseReplica,
      authScopes: { permission: 'view:databases' },
      description: 'The replicas of the database of an instance, with how far they are behind.',
      args: { instanceId: t.arg.id(instanceArg) },
      resolve: async (_root, { instanceId, ...args }, context) =>
        connectionOf(await listReplicas(orgScope(context), instanceId, args)),
    },
    { description: 'A page of replicas.' },
    { description: 'One replica of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  createDatabaseReplica: t.field({
    type: ReplicaPayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Makes a replica of the database of an instance, on the same or another server. Odoo goes on meanwhile; from Odoo 18 on, it is restarted at the end and reads from the replica.',
    args: {
      instanceId: t.arg.id(instanceArg),
      serverId: t.arg.id({ description: 'The server to run it on; that of the instance by default.' }),
      address: t.arg.string({
        description:
          'On another server: the host name or IP address at which it reaches the server of the instance, for example in a private network. By default the one at which oCore reaches it.',
      }),
    },
    resolve: (_root, { instanceId, ...input }, context) =>
      createReplica(context.app, orgScope(context), instanceId, input),
  }),
  rebuildDatabaseReplica: t.field({
    type: ReplicaPayload,
    authScopes: { permission: 'manage:databases' },
    description: 'Makes everything of a replica anew, with a new copy: of one that is offline, lost or failed.',
    args: { instanceId: t.arg.id(instanceArg), replicaId: t.arg.id(replicaArg) },
    resolve: (_root, { instanceId, replicaId }, context) =>
      rebuildReplica(context.app, orgScope(context), instanceId, replicaId),
  }),
  promoteDatabaseReplica: t.field({
    type: ReplicaPayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Makes a replica the primary. Odoo is stopped until the replica has everything that was committed; if Odoo is not healthy afterwards, the old primary serves again. Other replicas must be rebuilt.',
    args: {
      instanceId: t.arg.id(instanceArg),
      replicaId: t.arg.id(replicaArg),
      force: t.arg.boolean({
        description:
          'Promotes the replica although the primary does not run, or the replica is not connected to it: what the replica does not have is lost.',
      }),
    },
    resolve: (_root, { instanceId, replicaId, force }, context) =>
      promoteReplica(context.app, orgScope(context), instanceId, replicaId, force ?? false),
  }),
  removeDatabaseReplica: t.field({
    type: ReplicaPayload,
    authScopes: { permission: 'manage:databases' },
    description: 'Removes a replica with its data. If Odoo reads from it, it is restarted and reads from the primary.',
    args: { instanceId: t.arg.id(instanceArg), replicaId: t.arg.id(replicaArg) },
    resolve: (_root, { instanceId, replicaId }, context) =>
      removeReplica(context.app, orgScope(context), instanceId, replicaId),
  }),
}));
