import { RemoteError, toRemoteError } from './errors.ts';

/** What a channel is for: sshd has a setting of its own for each. */
export type ChannelKind = 'session' | 'port' | 'socket';

/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED (RFC 4254): nobody has tried to connect. */
const prohibited = 1;

/** Why a channel was not opened. */
export function openingError(kind: ChannelKind, error: Error): RemoteError {
  const reason: unknown = Reflect.get(error, 'reason');
  if (typeof reason !== 'number') return toRemoteError(error);
  if (kind === 'session')
    return new RemoteError(
      'ssh_sessions_refused',
      'The server does not open as many sessions at once on a connection as oCore needs (MaxSessions)',
      { cause: error },
    );
  if (kind === 'socket') return toRemoteError(error);
  return reason === prohibited
    ? new RemoteError(
        'ssh_forwarding_refused',
        'The server does not forward connections to its ports (AllowTcpForwarding)',
        { cause: error },
      )
    : new RemoteError('ssh_unreachable', 'Nothing listens on the port of the server', { cause: error });
}
