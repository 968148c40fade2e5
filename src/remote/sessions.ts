import { RemoteError } from './errors.ts';
import type { RemoteHost, SessionProcess } from './host.ts';
import { hostScript } from './script.ts';

/** Goes up from the script's own shell to the process that serves this SSH connection. */
const sessionScript = hostScript`
pid=$$
while [ "$pid" -gt 1 ]; do
  name=$(cat "/proc/$pid/comm") || exit 1
  set -- $(sed 's/.*) //' "/proc/$pid/stat")
  parent=$2
  case "$name" in
    sshd*|dropbear*) shift 19; echo "$pid $1 $(cat /proc/sys/kernel/random/boot_id)"; exit 0 ;;
  esac
  pid=$parent
done
exit 1
`;

/** Ends the processes that it reads, one `pid startTicks bootId` a line, and says which of them do not end. */
const endScript = hostScript`
boot=$(cat /proc/sys/kernel/random/boot_id)
lives() {
  [ -r "/proc/$1/stat" ] || return 1
  ticks=$2
  set -- $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null)
  [ $# -ge 20 ] && [ "$1" != Z ] && [ "$1" != X ] || return 1
  shift 19
  [ "$1" = "$ticks" ]
}
while read -r pid start recorded; do
  [ "$recorded" = "$boot" ] || continue
  tries=0
  while lives "$pid" "$start"; do
    [ "$tries" -lt 50 ] || { echo "$pid"; break; }
    tries=$((tries + 1))
    kill -KILL "$pid" 2>/dev/null || sudo -n kill -KILL "$pid" 2>/dev/null
    sleep 0.1
  done
done
`;

const told = /^(\d{1,10}) (\d{1,20}) ([0-9a-f-]{36})$/;

/** The process that serves this connection; null where the server does not tell. */
export async function readSession(host: RemoteHost): Promise<SessionProcess | null> {
  const { stdout } = await host.run(sessionScript, { timeoutMs: 20_000, maxOutputBytes: 64 * 1024 });
  const [, pid, startTicks, bootId] = told.exec(stdout.trim()) ?? [];
  return pid && startTicks && bootId ? { pid: Number(pid), startTicks, bootId } : null;
}

/** Ends the named processes of earlier connections if they still are what was recorded; returns when they are gone. */
export async function endSessions(host: RemoteHost, sessions: readonly SessionProcess[]): Promise<void> {
  const lines = sessions
    .map(({ pid, startTicks, bootId }) => `${pid} ${startTicks} ${bootId}`)
    .filter((line) => told.test(line));
  if (lines.length === 0) return;
  const { stdout, code } = await host.run(endScript, {
    input: `${lines.join('\n')}\n`,
    timeoutMs: 60_000,
    maxOutputBytes: 64 * 1024,
  });
  if (code !== 0 || stdout.trim() !== '')
    throw new RemoteError(
      'remote_command_failed',
      'The SSH session of an earlier attempt could not be ended on the server',
    );
}
