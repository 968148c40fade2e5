import { operationErrorHelp, type RemoteErrorCode } from '../error-help/index.ts';

export type { RemoteErrorCode };

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
    this.hint = options.hint ?? operationErrorHelp[code].hint ?? '';
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
  /failed to update store|failed to start shim|id already in use|error creating overlay mount|(?:endpoint with name|task) \S+ already exists/i;
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
