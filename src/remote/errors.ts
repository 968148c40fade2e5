export type RemoteErrorCode =
  | 'ssh_unreachable'
  | 'ssh_auth_failed'
  | 'host_key_mismatch'
  | 'host_key_unknown'
  | 'destination_denied'
  | 'ssh_connection_lost'
  | 'ssh_sessions_refused'
  | 'ssh_forwarding_refused'
  | 'shell_unusable'
  | 'docker_unavailable'
  | 'docker_permission'
  | 'docker_error'
  | 'remote_timeout'
  | 'remote_command_failed'
  | 'remote_cancelled'
  | 'port_in_use'
  | 'address_pool_exhausted'
  | 'disk_full'
  | 'image_not_found'
  | 'registry_auth_failed';

const hints: Record<RemoteErrorCode, string> = {
  ssh_unreachable:
    'Check that the host is correct, that the port is that of sshd (usually 22) and not of another service, that sshd is running and that no firewall blocks the connection.',
  ssh_auth_failed: 'Check the SSH user, and that the server accepts the registered key or password.',
  host_key_mismatch:
    'If the server was reinstalled, compare the new fingerprint with the server and accept it. Otherwise, someone may be intercepting the connection.',
  host_key_unknown: 'Validate the server first. This pins its host key.',
  destination_denied: 'Use another address, or ask the operator to allow its network (SERVER_NETWORKS_ALLOWED).',
  ssh_connection_lost: 'The connection was lost. The operation continues when the server responds again.',
  ssh_sessions_refused:
    'Set MaxSessions in the server’s sshd_config to 10 (the default) or more, and reload sshd. Existing connections keep the old value.',
  ssh_forwarding_refused:
    'Set AllowTcpForwarding to yes or local in the server’s sshd_config, and reload sshd. PermitOpen, DisableForwarding, and the options of the key in authorized_keys have the same effect.',
  shell_unusable:
    'Run `ssh USER@HOST "echo ok"`: it must print ok. An exit or exec in a start-up file such as ~/.bashrc, a forced command, or a login shell such as /bin/false prevents that.',
  docker_unavailable: 'Install or start Docker on the server (systemctl start docker).',
  docker_permission: 'Add the SSH user to the docker group, or give it sudo without a password.',
  docker_error: 'The Docker engine refused the request; its message gives the reason.',
  remote_timeout: 'The server took too long. Check its load and try again.',
  remote_command_failed: 'Read the output of the command in the operation log.',
  remote_cancelled: 'It was cancelled.',
  port_in_use: 'Another program on the server uses the port.',
  address_pool_exhausted:
    'Remove unused networks (docker network prune), or give the engine more ranges, as in {"default-address-pools":[{"base":"10.201.0.0/16","size":24}]} in /etc/docker/daemon.json, and restart Docker.',
  disk_full: 'Free space on the server’s disk and try again.',
  image_not_found:
    'Check the name and tag of the image, and that the server can reach its registry. A private image needs the credentials of its registry.',
  registry_auth_failed: 'Add or correct the credentials of the registry (POST /registries), then try again.',
};

const retryable: ReadonlySet<RemoteErrorCode> = new Set([
  'ssh_unreachable',
  'ssh_connection_lost',
  'docker_unavailable',
  'remote_timeout',
  'port_in_use',
]);

/** Everything that can go wrong on the way to a server, with a stable code and what the user can do. */
export class RemoteError extends Error {
  readonly code: RemoteErrorCode;
  readonly hint: string;
  readonly retryable: boolean;
  /** With host_key_mismatch: what the host presented. */
  readonly fingerprint: string | undefined;
  /** The status that the Docker engine answered with, if it did. */
  readonly status: number | undefined;

  constructor(
    code: RemoteErrorCode,
    message: string,
    options: ErrorOptions & { fingerprint?: string; status?: number; retryable?: boolean; hint?: string } = {},
  ) {
    super(message, options);
    this.name = 'RemoteError';
    this.code = code;
    this.hint = options.hint ?? hints[code];
    this.retryable = options.retryable ?? retryable.has(code);
    this.fingerprint = options.fingerprint;
    this.status = options.status;
  }
}

function field(error: Error, name: string): string {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

const engineTexts: readonly [RegExp, RemoteErrorCode][] = [
  [/no space left on device|disk quota exceeded/i, 'disk_full'],
  [/could not find an available.* address pool|address pools have been fully subnetted/i, 'address_pool_exhausted'],
  [/port is already allocated|address already in use/i, 'port_in_use'],
  [
    /no such image|manifest unknown|pull access denied|repository .* not found|manifest for .* not found|name unknown/i,
    'image_not_found',
  ],
  [
    /unauthorized|no basic auth credentials|authentication required|incorrect username or password|requested access to the resource is denied/i,
    'registry_auth_failed',
  ],
  // An engine that goes down still answers, for as long as its containers take to stop.
  [/context canceled|transport is closing|ttrpc: closed|shutting down|database not open/i, 'docker_unavailable'],
];

/** What an engine says of containers that have not started yet or have just ended. */
const passing = /cannot update container|is not running|is restarting/i;

/** What an engine says of containers that ran when it was killed. It may pass; often only another start of the engine helps. */
const leftByAKill =
  /failed to update store|failed to start shim|id already in use|(?:endpoint with name|task) \S+ already exists/i;
const leftByAKillHint =
  'The engine still holds what it had when it was killed: restart Docker on the server (systemctl restart docker), then try again.';

/** What the Docker engine said, as an error: its text is input, so it is one line and bounded. */
export function engineError(text: string, status?: number): RemoteError {
  const message = text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 1000);
  const code = engineTexts.find(([pattern]) => pattern.test(message))?.[1] ?? 'docker_error';
  return new RemoteError(code, message || 'The Docker engine gave no reason', {
    ...(status === undefined ? {} : { status }),
    ...(passing.test(message) ? { retryable: true } : {}),
    ...(leftByAKill.test(message) ? { retryable: true, hint: leftByAKillHint } : {}),
  });
}

/** Maps the errors of ssh2, of sockets and of HTTP. */
export function toRemoteError(error: unknown): RemoteError {
  if (error instanceof RemoteError) return error;
  if (!(error instanceof Error)) return new RemoteError('remote_command_failed', String(error));
  const text = error.message;
  const code = field(error, 'code');
  const make = (kind: RemoteErrorCode, message = text): RemoteError => new RemoteError(kind, message, { cause: error });
  if (error.name === 'AbortError') return make('remote_cancelled', 'The work was cancelled');
  if (/^Unable to exec/.test(text))
    return make('shell_unusable', 'The server refuses to run commands for the SSH user');
  if (/All configured authentication methods failed/.test(text))
    return make('ssh_auth_failed', 'The server refused the SSH user or its key');
  if (code === 'EACCES') return make('docker_permission');
  if (/open failed|Channel open failure/i.test(text))
    return make('docker_unavailable', 'The Docker engine does not respond');
  if (/Timed out while waiting for handshake/i.test(text)) return make('ssh_unreachable');
  if (
    // Destroyed: the connection ended between two requests.
    ['UND_ERR_SOCKET', 'UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code) ||
    /Not connected|Connection lost|No response from server|Unexpected packet|channel closed/i.test(text)
  )
    return make('ssh_connection_lost');
  if (error.name === 'HTTPParserError' || code.startsWith('UND_ERR_'))
    return make('docker_error', 'The response is not valid HTTP');
  if (['ECONNREFUSED', 'ENOENT'].includes(code) && field(error, 'syscall') === 'connect')
    return make('docker_unavailable', 'The Docker engine does not respond');
  if (['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(code)) return make('ssh_connection_lost');
  if (['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN'].includes(code))
    return make('ssh_unreachable');
  return make('remote_command_failed');
}

/** The status that the Docker engine answered with, or 0. */
export function dockerStatus(error: unknown): number {
  return error instanceof RemoteError ? (error.status ?? 0) : 0;
}
