import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { type Channel, ChannelStream } from './channel.ts';
import { RemoteError } from './errors.ts';
import type { RunOptions, RunResult } from './host.ts';
import { HttpConnection } from './http.ts';
import { parsePairs } from './pairs.ts';
import { type HostScript, hostScript, marks } from './script.ts';
import { shellProblem, sudoProblem } from './shell-problem.ts';
import { within } from './within.ts';

/** The engine's own relay, where forwarding is off or the socket is closed to the user. */
const relays: readonly HostScript[] = [
  hostScript`
read -r socket
exec docker -H "unix://$socket" system dial-stdio
`,
  hostScript`
read -r socket
exec sudo -n docker -H "unix://$socket" system dial-stdio
`,
];

/** A channel on which a relay was started, as a stream to the engine: it begins where the shell has nothing more to say. */
export function relayStream(channel: Channel, dockerSocket: string, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const { raw } = channel;
    let printed = '';
    const fail = (error: unknown): void => {
      settle();
      reject(error);
      channel.close();
    };
    const aborted = (): void => fail(signal.reason);
    const closed = (code?: number | null): void =>
      fail(
        typeof code === 'number'
          ? shellProblem(printed, code)
          : new RemoteError('ssh_connection_lost', 'The connection was lost before the relay began'),
      );
    const read = (chunk: Buffer): void => {
      printed += chunk.toString('latin1');
      const at = printed.indexOf(marks.begin);
      if (at < 0) {
        if (printed.length > 64 * 1024) fail(shellProblem(printed, 'late'));
        return;
      }
      settle();
      const stream = new ChannelStream(channel);
      const rest = printed.slice(at + marks.begin.length);
      if (rest !== '') stream.push(Buffer.from(rest, 'latin1'));
      stream.write(`${dockerSocket}\n`);
      resolve(stream);
    };
    const settle = (): void => {
      signal.removeEventListener('abort', aborted);
      raw.off('data', read);
      raw.off('close', closed);
    };
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted);
    raw.on('data', read);
    raw.on('close', closed);
  });
}

/** Finds the relay that reaches the engine; where none does, says why. */
export async function findRelay(
  host: {
    start(relay: HostScript, signal: AbortSignal): Promise<Duplex>;
    run(script: HostScript, options: RunOptions): Promise<RunResult>;
  },
  dockerSocket: string,
  outer: AbortSignal,
): Promise<HostScript> {
  for (const relay of relays) {
    const works = await within({ what: 'The relay', ms: 5000, signal: outer }, async (signal) => {
      const connection = new HttpConnection(await host.start(relay, signal), 'http://docker');
      try {
        return (await connection.open({ method: 'GET', path: '/_ping' }, signal)).status === 200;
      } finally {
        connection.discard();
      }
    }).catch((error: unknown) => {
      if (error instanceof RemoteError && ['ssh_sessions_refused', 'shell_unusable'].includes(error.code)) throw error;
      return false;
    });
    if (works) return relay;
    outer.throwIfAborted();
  }
  const { stdout } = await host.run(lookScript, { input: `${dockerSocket}\n`, signal: outer, timeoutMs: 15_000 });
  throw noEngine(dockerSocket, seenShape.parse(parsePairs(stdout)));
}

/** What there is of an engine, for the user and for root. */
const lookScript = hostScript`
read -r socket
if command -v docker >/dev/null 2>&1; then echo cli=yes; fi
if [ "$(id -u)" = 0 ]; then echo sudo=root
elif said=$(LC_ALL=C sudo -n true 2>&1 </dev/null); then echo sudo=yes
else echo "sudo_says=$(printf %s "$said" | tr '\n' ' ')"; fi
if [ -S "$socket" ] || sudo -n test -S "$socket" 2>/dev/null; then echo socket=yes; fi
if [ -w "$socket" ]; then echo open=yes; fi
`;
const seen = z.literal('yes').optional().catch(undefined);
const seenShape = z.object({
  cli: seen,
  sudo: z.enum(['root', 'yes']).optional().catch(undefined),
  sudo_says: z.string().optional(),
  socket: seen,
  open: seen,
});

function noEngine(dockerSocket: string, found: z.infer<typeof seenShape>): RemoteError {
  const start = 'Start it on the server (systemctl start docker), or set dockerSocket to the socket of the engine.';
  if (!found.socket)
    return found.cli
      ? new RemoteError('docker_unavailable', `The Docker engine is not running: there is no socket ${dockerSocket}`, {
          hint: start,
        })
      : new RemoteError(
          'docker_unavailable',
          `Docker is not installed, or its engine has another socket than ${dockerSocket}`,
          { hint: 'Install Docker on the server and start it, or set dockerSocket to the socket of the engine.' },
        );
  if (!found.open && !found.sudo)
    return new RemoteError(
      'docker_permission',
      `The SSH user may not use the Docker socket ${dockerSocket}, and ${sudoProblem(found.sudo_says ?? '')}`,
    );
  if (!found.cli)
    return new RemoteError(
      'docker_unavailable',
      found.open
        ? 'The Docker engine does not respond: it is not running, or the server does not forward its socket'
        : 'The SSH user may use the Docker socket only by sudo, and the server has no command docker for that',
      {
        hint: found.open
          ? 'Start Docker on the server; set AllowStreamLocalForwarding to yes in its sshd_config, or install the command docker.'
          : 'Add the SSH user to the group docker (usermod -aG docker USER), or install the command docker.',
      },
    );
  return new RemoteError('docker_unavailable', `The Docker engine does not respond at ${dockerSocket}`, {
    hint: start,
  });
}
