import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { takenPort } from '../listening.ts';
import { confirm } from './confirm.ts';
import { LocalEngine } from './local-engine.ts';
import { answersOn, demoKey, requireSignIn } from './local-ssh.ts';
import { account, asRoot, hasProgram, requireRoot } from './machine-user.ts';
import type { SshServer } from './named-server.ts';
import { dockerProblem, startDocker, startSshd } from './services.ts';

export interface ThisMachine {
  sshPort: number;
  dockerSocket: string;
  dataDir: string;
  /** Install and start what is missing without asking. */
  yes: boolean;
  say: (line: string) => void;
}

/** Where the engine of the system's package listens: the demo starts no other. */
export const systemSocket = '/var/run/docker.sock';
const elsewhere = 'or use another server with --server user@host';

/** Throws where Debian's packages cannot be installed, before anybody is asked about them. */
function requireApt(packages: readonly string[]): void {
  if (packages.length > 0 && !hasProgram('apt-get'))
    throw new Error(
      `This machine needs ${packages.join(' and ')}, by Debian’s names, and the demo installs software on Debian and Ubuntu only. Install and start it yourself, ${elsewhere}.`,
    );
}

/** Installs Debian's packages. The user has agreed. */
export async function install(packages: readonly string[], say: (line: string) => void): Promise<void> {
  if (packages.length === 0) return;
  await requireRoot(`apt-get update && apt-get install -y ${packages.join(' ')}`);
  say(`Installing ${packages.join(', ')} …`);
  await asRoot('apt-get', 'update', '-qq');
  await asRoot('apt-get', 'install', '-y', '-qq', ...packages);
}

async function provide(docker: boolean, sshd: boolean, machine: ThisMachine): Promise<void> {
  const packages = [
    docker && !(hasProgram('dockerd') && hasProgram('docker')) ? ['docker.io', 'iptables'] : [],
    sshd && !hasProgram('sshd') ? ['openssh-server'] : [],
  ].flat();
  requireApt(packages);
  const missing = [docker ? 'a Docker engine' : '', sshd ? 'an SSH server' : ''].filter(Boolean);
  const question = `This machine needs ${missing.join(' and ')}. Install and start ${missing.length > 1 ? 'them' : 'it'}?`;
  await confirm(question, machine.yes);
  await install(packages, machine.say);
  await requireRoot([docker ? 'service docker start' : '', sshd ? 'service ssh start' : ''].filter(Boolean).join('; '));
  await mkdir(machine.dataDir, { recursive: true });
  if (docker) await startDocker(machine.dataDir);
  if (sshd) await startSshd(machine.sshPort, machine.dataDir);
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let i = 0; i < 120; i += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(500);
  }
  return undefined;
}

/** Makes sure that this machine has a Docker engine and an sshd, asking before it installs or starts anything. */
export async function useThisMachine(machine: ThisMachine): Promise<{ server: SshServer; engine: LocalEngine }> {
  const { sshPort: port, dockerSocket, dataDir } = machine;
  const { name } = account();
  let engine = await LocalEngine.find(dockerSocket);
  if (!engine && dockerSocket !== systemSocket)
    throw new Error(`No Docker engine answers at ${dockerSocket}. Start it, ${elsewhere}.`);
  const answers = await answersOn(port);
  if (answers === 'other') throw await takenPort(port, 'SSH_PORT');
  if (!engine || answers === 'nothing') {
    await provide(!engine, answers === 'nothing', machine);
    engine ??= await until(() => LocalEngine.find(dockerSocket));
    if (!engine)
      throw new Error(`The Docker engine does not start (${await dockerProblem(dataDir)}). Start it, ${elsewhere}.`);
    if (!(await until(async () => ((await answersOn(port)) === 'ssh' ? true : undefined))))
      throw new Error(`No SSH server answers on port ${port} of this machine. Start one, ${elsewhere}.`);
  }
  const privateKey = await demoKey(dataDir);
  await requireSignIn(port, privateKey);
  return { server: { host: '127.0.0.1', port, user: name, privateKey }, engine };
}
