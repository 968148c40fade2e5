import type { Operation as OperationRow, Server as ServerRow } from '../prisma/generated/client/client.ts';
import {
  acceptHostKey,
  createServer,
  removeServer,
  updateServer,
  updateServerProjects,
  validateServer,
} from '../src/servers/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { Operation } from './operation.ts';
import { AuthMethod, Server, ServerKind } from './server.ts';

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
    host: t.string({ description: 'Host name, IPv4 or IPv6 address, up to 255 characters. Required over SSH.' }),
    port: t.int({ description: '1 to 65535. Default: 22.' }),
    sshUser: t.string({ description: 'Up to 64 characters. Required over SSH.' }),
    authMethod: t.field({ type: AuthMethod, description: 'Default: key.' }),
    sshPrivateKey: t.string({
      description:
        'A private key without a passphrase, in the format of OpenSSH, PEM or PKCS#8. Required with authMethod key.',
    }),
    sshPassword: t.string({ description: 'Required with authMethod password.' }),
    maxSshSessions: t.int({
      description:
        'The maximum number of concurrent sessions on an SSH connection, 1 to 8; at most the MaxSessions of its sshd. Default: 8.',
    }),
    dockerSocket: t.string({ description: 'The socket of the Docker engine. Default: /var/run/docker.sock.' }),
    hostKeyFingerprint: t.string({
      description:
        'The fingerprint of the host key (SHA256:…), or the line that `ssh-keygen -lf` prints. Default: the key is pinned at the first connection.',
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
    maxSshSessions: t.int({ description: 'The maximum number of concurrent sessions on an SSH connection, 1 to 8.' }),
    dockerSocket: t.string({ description: 'A new socket of the Docker engine. The server is validated again.' }),
  }),
});

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
    description: 'Changes a server. A new address, credential or socket is validated.',
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
      fingerprint: t.arg.string({
        required: true,
        description: 'The value of presentedFingerprint, or the line that `ssh-keygen -lf` prints.',
      }),
    },
    resolve: (_root, { id, fingerprint }, context) =>
      acceptHostKey(context.app, orgScope(context), id, { fingerprint }),
  }),
  removeServer: t.field({
    type: ServerPayload,
    authScopes: { permission: 'manage:servers' },
    description: 'Removes a server without instances, or with force one that is unreachable.',
    args: {
      id: t.arg.id({ required: true, description: 'The server.' }),
      confirmName: t.arg.string({
        description: 'The exact name of the server. Required with force; a wrong name is always refused.',
      }),
      force: t.arg.boolean({
        description:
          'Removes an unreachable server together with its instances, which needs manage:instances too. Their containers and volumes stay on the server; the audit log lists them.',
      }),
    },
    resolve: (_root, { id, ...removal }, context) => removeServer(context.app, orgScope(context), id, removal),
  }),
}));
