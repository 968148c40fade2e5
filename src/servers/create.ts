import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { parse } from '../parse.ts';
import { requireQuota } from '../settings/index.ts';
import { mayUseThisMachine } from './local.ts';
import { validateServerKind } from './kinds.ts';
import { credentialOwner } from './target.ts';
import { serverResource } from './resource.ts';
import { fields, nameTaken, requirePermittedHost, serverSettings } from './fields.ts';

export const createInput = z
  .object({
    name: fields.name,
    kind: z.enum(['ssh', 'local']).nullish(),
    ...serverSettings,
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
  });

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
    await requireQuota(app, tx, scope.orgId, 'servers');
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
