import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asRoot } from './machine-user.ts';

/** In a container there is no service manager, or one whose limits are refused: the daemon itself still starts. */
const dockerd = 'setsid dockerd >>"$0" 2>&1 </dev/null &';
const sshd =
  'mkdir -p /run/sshd && ssh-keygen -A >/dev/null && exec /usr/sbin/sshd -p "$0" -o PidFile="$1" </dev/null >/dev/null';

async function asService(name: string): Promise<boolean> {
  for (const command of [
    ['systemctl', 'start', name],
    ['service', name, 'start'],
  ] as const) {
    const [program, ...args] = command;
    const started = await asRoot(program, ...args).then(
      () => true,
      () => false,
    );
    if (started) return true;
  }
  return false;
}

const dockerLog = (dataDir: string): string => join(dataDir, 'docker.log');

export async function startDocker(dataDir: string): Promise<void> {
  if (!(await asService('docker'))) await asRoot('sh', '-c', dockerd, dockerLog(dataDir));
}

/** The system's service has the port of its settings; on another port a server of the demo's own is started. */
export async function startSshd(port: number, dataDir: string): Promise<void> {
  if (port !== 22 || !(await asService('ssh'))) await asRoot('sh', '-c', sshd, String(port), join(dataDir, 'sshd.pid'));
}

/** Why the Docker engine does not start, or where that is told. */
export async function dockerProblem(dataDir: string): Promise<string> {
  const log = (await readFile(dockerLog(dataDir), 'utf8').catch(() => '')).trim();
  return log === '' ? 'journalctl -u docker tells why' : (log.split('\n').at(-1) ?? '');
}
