import { z } from 'zod';
import ssh2 from 'ssh2';
import type { ServerStatus } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { uniqueViolation } from '../database/database.ts';
import { displayName } from '../display-name.ts';
import { namesOf } from '../feature/holding.ts';
import { AppError, invalidState, notFound } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import { page, type PageArgs, seekNamed } from '../lists.ts';
import { parse } from '../parse.ts';
import { mayUseThisMachine } from './local.ts';
import { removeServerKind, validateServerKind } from './kinds.ts';
import { openTo } from './projects.ts';
import { credentialOwner } from './target.ts';
import { serverResource } from './resource.ts';

const text = (max: number) => z.string().trim().min(1).max(max);
const noControl = /^[^\u0000-\u001f\u007f]*$/;
const fields = {
  name: displayName(100),
  description: z.string().max(2000).nullish(),
  host: text(255).regex(/^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/, 'must be a host name or an IP address'),
  port: z.number().int().min(1).max(65535),
  sshUser: text(64).regex(noControl, 'must not contain control characters'),
  authMethod: z.enum(['key', 'password']),
  sshPrivateKey: z.string().max(16384),
  sshPassword: z.string().min(1).max(1024),
  maxSshSessions: z.number().int().min(1).max(8),
  dockerSocket: text(255).regex(/^\/[A-Za-z0-9._/-]+$/, 'must be an absolute path'),
  hostKeyFingerprint: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must look like SHA256:… as ssh-keygen -l prints it'),
};
export const createInput = z
  .object({
    name: fields.name,
    description: fields.description,
    kind: z.enum(['ssh', 'local']).nullish(),
    host: fields.host.nullish(),
    port: fields.port.nullish(),
    sshUser: fields.sshUser.nullish(),
    authMethod: fields.authMethod.nullish(),
    sshPrivateKey: fields.sshPrivateKey.nullish(),
    sshPassword: fields.sshPassword.nullish(),
    maxSshSessions: fields.maxSshSessions.nullish(),
    dockerSocket: fields.dockerSocket.nullish(),
    hostKeyFingerprint: fields.hostKeyFingerprint.nullish(),
  })
  .superRefine((value, context) => {
    if (value.kind === 'local') return;
    const need = (field: 'host' | 'sshUser' | 'sshPrivateKey' | 'sshPassword'): void => {
      if (!value[field])
        context.addIssue({ code: 'custom', path: [field], message: 'is required', params: { constraint: 'required' } });
    };
    need('host');
    need('sshUser');
    need(value.authMethod === 'password' ? 'sshPassword' : 'sshPrivateKey');
    checkKey(value.sshPrivateKey, context);
  });
export const updateInput = z
  .object({
    name: fields.name.nullish(),
    description: fields.description,
    host: fields.host.nullish(),
    port: fields.port.nullish(),
    sshUser: fields.sshUser.nullish(),
    authMethod: fields.authMethod.nullish(),
    sshPrivateKey: fields.sshPrivateKey.nullish(),
    sshPassword: fields.sshPassword.nullish(),
    maxSshSessions: fields.maxSshSessions.nullish(),
  })
  .superRefine((value, context) => checkKey(value.sshPrivateKey, context));

function checkKey(key: string | null | undefined, context: z.RefinementCtx): void {
  if (key && ssh2.utils.parseKey(key) instanceof Error) {
    context.addIssue({
      code: 'custom',
      path: ['sshPrivateKey'],
      message: 'must be an unencrypted private key in OpenSSH or PEM format',
      params: { constraint: 'format' },
    });
  }
}

export async function getServer(scope: OrgScope, id: string) {
  const server = isId(id)
    ? await scope.db.server.findFirst({
        where: { id, orgId: scope.orgId, status: { not: 'removed' }, ...openTo(scope.sees) },
      })
    : null;
  if (!server) throw notFound('server', id);
  return server;
}

export function listServers(scope: OrgScope, args: PageArgs & { status?: ServerStatus | null | undefined }) {
  return page(args, (seek) => {
    const { and, ...rest } = seekNamed(seek);
    return scope.db.server.findMany({
      where: {
        orgId: scope.orgId,
        status: { not: 'removed', ...(args.status ? { equals: args.status } : {}) },
        ...openTo(scope.sees),
        AND: and,
      },
      ...rest,
    });
  });
}

function nameTaken(error: unknown, name: string): never {
  if (uniqueViolation(error) === undefined || error instanceof AppError) throw error;
  throw new AppError('conflict', `A server named ${name} already exists`, { field: 'name', constraint: 'unique' });
}

/** Denied addresses are refused at once; names are resolved when oCore connects. */
function requirePermittedHost(app: App, host: string | null | undefined): void {
  if (!host || !app.remote.deniesHost(host)) return;
  throw new AppError(
    'destination_denied',
    'host: the operator of this installation does not allow connections to this address',
    { field: 'host', constraint: 'destination' },
  );
}

/** Registers a server and starts its validation. */
export async function createServer(app: App, scope: OrgScope, given: unknown) {
  const input = parse(createInput, given);
  const local = input.kind === 'local';
  if (local && !(await mayUseThisMachine(app, scope.orgId))) {
    throw new AppError(
      'unprocessable',
      'The operator of this installation does not allow this organization to use the control plane’s machine as a server (ALLOW_LOCAL_SERVER)',
      { field: 'kind', constraint: 'allowed' },
    );
  }
  if (!local) requirePermittedHost(app, input.host);
  const id = newId();
  const credential = input.authMethod === 'password' ? input.sshPassword : input.sshPrivateKey;
  return mutate(app, scope, async ({ tx, record, start }) => {
    const server = await tx.server.create({
      data: {
        id,
        orgId: scope.orgId,
        name: input.name,
        description: input.description ?? '',
        kind: input.kind ?? 'ssh',
        host: local ? 'localhost' : (input.host ?? ''),
        port: input.port ?? 22,
        sshUser: local ? '' : (input.sshUser ?? ''),
        authMethod: input.authMethod ?? 'key',
        credentialEnc: local || !credential ? null : app.secrets.seal(credential, credentialOwner(id)),
        maxSshSessions: input.maxSshSessions ?? 8,
        dockerSocket: input.dockerSocket ?? '/var/run/docker.sock',
        hostKeyFingerprint: input.hostKeyFingerprint ?? null,
        status: 'validating',
      },
    });
    await record({
      action: 'server.created',
      resource: serverResource,
      resourceId: id,
      resourceName: server.name,
      after: { name: server.name, host: server.host, port: server.port, kind: server.kind },
    });
    return {
      server,
      operation: await start(validateServerKind, { resourceId: id, serverId: id, projectId: null, input: {} }),
    };
  }).catch((error: unknown) => nameTaken(error, input.name));
}

/** Changes a server; a changed address or credential is validated again. */
export async function updateServer(app: App, scope: OrgScope, id: string, given: unknown) {
  const input = parse(updateInput, given);
  requirePermittedHost(app, input.host);
  const before = await getServer(scope, id);
  const method = input.authMethod ?? before.authMethod;
  const credential = method === 'password' ? input.sshPassword : input.sshPrivateKey;
  if (method !== before.authMethod && !credential) {
    const field = method === 'password' ? 'sshPassword' : 'sshPrivateKey';
    throw new AppError('validation_error', `${field}: is required with the new authMethod`, {
      field,
      constraint: 'required',
    });
  }
  const moved = Boolean(input.host && input.host !== before.host) || Boolean(input.port && input.port !== before.port);
  // Whoever may change a server may not read its password, and so not have it sent to a machine of their own either.
  if (moved && method === 'password' && !credential)
    throw new AppError('validation_error', 'sshPassword: is required with a new host or port', {
      field: 'sshPassword',
      constraint: 'required',
    });
  const connection = moved || Boolean(credential) || Boolean(input.sshUser && input.sshUser !== before.sshUser);
  return mutate(app, scope, async ({ tx, record, start }) => {
    const server = await tx.server.update({
      where: { id, orgId: scope.orgId },
      data: {
        name: input.name ?? before.name,
        description: input.description ?? before.description,
        host: input.host ?? before.host,
        port: input.port ?? before.port,
        sshUser: input.sshUser ?? before.sshUser,
        authMethod: method,
        maxSshSessions: input.maxSshSessions ?? before.maxSshSessions,
        ...(credential ? { credentialEnc: app.secrets.seal(credential, credentialOwner(id)) } : {}),
        ...(connection ? { status: 'validating' as const, statusMessage: null } : {}),
        ...(moved ? { validatedAddress: null } : {}),
      },
    });
    await record({
      action: 'server.updated',
      resource: serverResource,
      resourceId: id,
      resourceName: server.name,
      before: { name: before.name, host: before.host, port: before.port },
      after: { name: server.name, host: server.host, port: server.port },
    });
    return {
      server,
      operation: connection
        ? await start(validateServerKind, { resourceId: id, serverId: id, projectId: null, input: {} })
        : null,
    };
  }).catch((error: unknown) => nameTaken(error, input.name ?? before.name));
}

export async function validateServer(app: App, scope: OrgScope, id: string) {
  const before = await getServer(scope, id);
  if (before.status === 'removing') throw invalidState('server', before.status, ['active', 'unreachable', 'pending']);
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(validateServerKind, { resourceId: id, serverId: id, projectId: null, input: {} });
    const server = await tx.server.update({
      where: { id, orgId: scope.orgId },
      data: { status: 'validating', statusMessage: null },
    });
    await record({
      action: 'server.validation_requested',
      resource: serverResource,
      resourceId: id,
      resourceName: server.name,
    });
    return { server, operation };
  });
}

/** Accepts the changed host key that the server presented: exactly that one, named by the caller. */
export async function acceptHostKey(app: App, scope: OrgScope, id: string, fingerprint: string) {
  const before = await getServer(scope, id);
  if (before.presentedFingerprint === null) throw invalidState('host key', 'unchanged', ['changed']);
  if (before.presentedFingerprint !== fingerprint) {
    throw new AppError('conflict', `The server presented ${before.presentedFingerprint}, not this key`, {
      field: 'fingerprint',
      constraint: 'presented',
    });
  }
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(validateServerKind, { resourceId: id, serverId: id, projectId: null, input: {} });
    const server = await tx.server.update({
      where: { id, orgId: scope.orgId },
      data: { hostKeyFingerprint: fingerprint, presentedFingerprint: null, status: 'validating', statusMessage: null },
    });
    await record({
      action: 'server.host_key_accepted',
      resource: serverResource,
      resourceId: id,
      resourceName: server.name,
      before: { hostKeyFingerprint: before.hostKeyFingerprint },
      after: { hostKeyFingerprint: fingerprint },
    });
    return { server, operation };
  });
}

/** Removes a server without instances. */
export async function removeServer(app: App, scope: OrgScope, id: string) {
  await getServer(scope, id);
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(removeServerKind, { resourceId: id, serverId: id, projectId: null, input: {} });
    const living = await app.holdings.living(tx, { type: 'server', orgId: scope.orgId, id });
    if (living.length > 0)
      throw new AppError('conflict', 'The server still has instances; delete them first', namesOf(living));
    const server = await tx.server.update({
      where: { id, orgId: scope.orgId },
      data: { status: 'removing', statusMessage: null },
    });
    await record({
      action: 'server.removal_requested',
      resource: serverResource,
      resourceId: id,
      resourceName: server.name,
    });
    return { server, operation };
  });
}
