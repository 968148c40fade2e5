import type { Server } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { found } from '../errors.ts';
import type { StepContext } from '../operations/kind.ts';
import { type ConnectionUse, type RemoteHost, RemoteError, type RemoteTarget } from '../remote/index.ts';
import { mayUseThisMachine } from './local.ts';

export const credentialOwner = (serverId: string): string => `server:${serverId}`;

/**
 * The way to a server, its credential opened. `local` works only where the operator allows it. Only a validation that
 * somebody asked for may be the first contact, at which the host key is learnt: nothing else tells a credential to a
 * machine that nobody knows yet.
 */
export async function targetOf(app: App, server: Server, { firstContact = false } = {}): Promise<RemoteTarget> {
  if (server.kind === 'local') {
    if (!(await mayUseThisMachine(app, server.orgId))) {
      throw new RemoteError(
        'docker_unavailable',
        'The operator of this installation does not allow this organization to use the control plane’s machine as a server',
      );
    }
    return { kind: 'local', serverId: server.id, dockerSocket: server.dockerSocket };
  }
  if (server.hostKeyFingerprint === null && !firstContact)
    throw new RemoteError('host_key_unknown', 'No host key of the server is known yet');
  if (server.credentialEnc === null) throw new RemoteError('ssh_auth_failed', 'The server has no credential');
  const secret = await app.secrets.open(server.credentialEnc, credentialOwner(server.id));
  return {
    kind: 'ssh',
    serverId: server.id,
    host: server.host,
    port: server.port,
    user: server.sshUser,
    auth:
      server.authMethod === 'key' ? { method: 'key', privateKey: secret } : { method: 'password', password: secret },
    hostKeyFingerprint: server.hostKeyFingerprint,
    provenAddress: server.validatedAddress,
    dockerSocket: server.dockerSocket,
    maxSessions: server.maxSshSessions,
  };
}

/** The standing connection to a server, for what users look at. What changes a server has a connection of its own. */
export async function connectServer(
  app: App,
  orgId: string,
  serverId: string,
  signal?: AbortSignal,
  use?: ConnectionUse,
): Promise<RemoteHost> {
  const server = await app.db.prisma.server.findFirst({ where: { id: serverId, orgId } });
  return app.remote.connect(await targetOf(app, found(server, 'server', serverId)), signal, use);
}

/** The connection of one attempt of an operation to a server of its organization. */
export async function attemptHost(
  { app, operation, connect }: Pick<StepContext<unknown>, 'app' | 'operation' | 'connect'>,
  serverId: string,
  purpose?: 'change' | 'look',
): Promise<RemoteHost> {
  const server = await app.db.prisma.server.findFirst({ where: { id: serverId, orgId: operation.orgId } });
  return connect(await targetOf(app, found(server, 'server', serverId)), purpose);
}
