import { execFile, spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface SshServer {
  host: string;
  port: number;
  user: string;
  privateKey: string;
}

async function works(command: string, args: string[]): Promise<boolean> {
  return run(command, args, { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}

async function ask(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new Error(`${question} Confirm with --yes, or use another server with --server user@host.`);
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(`${question} [y/N] `);
  prompt.close();
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new Error('Nothing was changed. Use another server with --server user@host.');
}

async function install(packages: string[]): Promise<void> {
  const root = process.getuid?.() === 0;
  const apt = async (args: string[]): Promise<void> => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await (root
      ? run('apt-get', args, { env, maxBuffer: 2 ** 26 })
      : run('sudo', ['-n', 'apt-get', ...args], { env, maxBuffer: 2 ** 26 }));
  };
  await apt(['update', '-qq']);
  await apt(['install', '-y', '-qq', ...packages]);
}

/** A key of the demo's own, allowed to sign in as this user from this machine only. */
async function demoKey(dataDir: string): Promise<string> {
  const file = join(dataDir, 'secrets', 'demo_ssh_key');
  if (!existsSync(file)) {
    await mkdir(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 });
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ocore-demo', '-f', file]);
  }
  const line = `from="127.0.0.1,::1" ${(await readFile(`${file}.pub`, 'utf8')).trim()}`;
  const ssh = join(homedir(), '.ssh');
  await mkdir(ssh, { recursive: true, mode: 0o700 });
  const authorized = join(ssh, 'authorized_keys');
  const known = existsSync(authorized) ? await readFile(authorized, 'utf8') : '';
  if (!known.includes(line))
    await appendFile(authorized, `${known === '' || known.endsWith('\n') ? '' : '\n'}${line}\n`, { mode: 0o600 });
  return readFile(file, 'utf8');
}

async function listening(port: number): Promise<boolean> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString('latin1').startsWith('SSH-'));
    });
    socket.once('error', () => resolve(false));
    setTimeout(() => {
      socket.destroy();
      resolve(false);
    }, 2000).unref();
  });
}

/** Makes sure that this machine has a Docker engine and an sshd, asking before it installs or starts anything. */
export async function useThisMachine(dataDir: string, yes: boolean, say: (line: string) => void): Promise<SshServer> {
  const docker = await works('docker', ['info']);
  const sshd = await listening(22);
  if (!docker || !sshd) {
    const missing = [docker ? '' : 'a Docker engine', sshd ? '' : 'an SSH server'].filter(Boolean).join(' and ');
    await ask(`This machine needs ${missing}. Install and start ${docker || sshd ? 'it' : 'them'}?`, yes);
    const packages = [
      !existsSync('/usr/bin/dockerd') && !existsSync('/usr/sbin/dockerd') && !docker ? ['docker.io', 'iptables'] : [],
      existsSync('/usr/sbin/sshd') ? [] : ['openssh-server'],
    ].flat();
    if (packages.length > 0) {
      say(`Installing ${packages.join(', ')} …`);
      await install(packages);
    }
    const service = async (name: string): Promise<void> => {
      if ((await works('systemctl', ['start', name])) || (await works('service', [name, 'start']))) return;
      // In a container there is no service manager, or one whose limits are refused: the daemon itself still starts.
      const daemon = name === 'docker' ? 'dockerd' : '/usr/sbin/sshd';
      const log = openSync(join(dataDir, `${name}.log`), 'a');
      spawn(daemon, [], { detached: true, stdio: ['ignore', log, log] })
        .on('error', () => {})
        .unref();
    };
    if (!docker) await service('docker');
    if (!sshd) {
      await mkdir('/run/sshd', { recursive: true }).catch(() => {});
      await service('ssh');
    }
    for (let i = 0; i < 100 && !((await works('docker', ['info'])) && (await listening(22))); i += 1)
      await new Promise((resolve) => setTimeout(resolve, 200));
    if (!(await works('docker', ['info'])))
      throw new Error('The Docker engine does not start on this machine; use another server with --server user@host.');
    if (!(await listening(22)))
      throw new Error('The SSH server does not start on this machine; use another server with --server user@host.');
  }
  return { host: '127.0.0.1', port: 22, user: userInfo().username, privateKey: await demoKey(dataDir) };
}

/** A server that the user named as `[user@]host[:port]`, with the key given or the usual one. */
export async function namedServer(text: string, keyFile: string | undefined): Promise<SshServer> {
  const match = /^(?:([^@]+)@)?([^:@]+)(?::(\d+))?$/.exec(text);
  if (!match?.[2]) throw new Error('--server must look like user@host or user@host:port');
  const candidates = keyFile
    ? [keyFile]
    : ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(homedir(), '.ssh', name));
  const found = candidates.find((file) => existsSync(file));
  if (!found) throw new Error(`There is no private key at ${candidates.join(' or ')}; set one with --key`);
  return {
    host: match[2],
    port: Number(match[3] ?? 22),
    user: match[1] ?? userInfo().username,
    privateKey: await readFile(found, 'utf8'),
  };
}
