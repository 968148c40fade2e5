import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError } from '../errors.ts';
import { parse } from '../parse.ts';
import { validateServerKind } from './kinds.ts';
import { credentialOwner } from './target.ts';
import { serverResource } from './resource.ts';
import { fields, nameTaken, requirePermittedHost, serverSettings } from './fields.ts';
import { getServer } from './list.ts';

export const updateInput = z.object({
  name: fields.name.nullish(),
  ...serverSettings,
});

/** Changes a server; a changed address, credential or socket is validated again. */
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
  const connection =
    moved ||
    Boolean(credential) ||
    Boolean(input.sshUser && input.sshUser !== before.sshUser) ||
    Boolean(input.dockerSocket && input.dockerSocket !== before.dockerSocket);
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
        dockerSocket: input.dockerSocket ?? before.dockerSocket,
        ...(credential ? { credentialEnc: app.secrets.seal(credential, credentialOwner(id)) } : {}),
        ...(connection ? { status: 'validating' as const, statusMessage: null, needsValidation: true } : {}),
        ...(moved ? { validatedAddress: null } : {}),
      },
    });
    await record({
      action: 'server.updated',
      resource: serverResource,
      resourceId: id,
      resourceName: server.name,
      before: { name: before.name, host: before.host, port: before.port, dockerSocket: before.dockerSocket },
      after: { name: server.name, host: server.host, port: server.port, dockerSocket: server.dockerSocket },
    });
    return {
      server,
      operation: connection
        ? await start(validateServerKind, { resourceId: id, serverId: id, projectId: null, input: {} })
        : null,
    };
  }).catch((error: unknown) => nameTaken(error, input.name ?? before.name));
}
