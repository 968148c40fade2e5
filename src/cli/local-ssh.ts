import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { account } from './machine-user.ts';

const host = '127.0.0.1';

/** What answers on a port of this machine. */
export function answersOn(port: number): Promise<'ssh' | 'other' | 'nothing'> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    // An SSH server speaks first, and at once.
    socket.setTimeout(10_000, () => socket.destroy());
    socket.once('data', (data) => {
      resolve(data.toString('latin1').startsWith('SSH-') ? 'ssh' : 'other');
      socket.destroy();
    });
    socket.once('error', () => resolve('nothing'));
    socket.once('close', () => resolve('other'));
  });
}

/** A key of the demo's own, allowed to sign in as this user from this machine only. */
export async function demoKey(dataDir: string): Promise<string> {
  const secrets = join(dataDir, 'secrets');
  const file = join(secrets, 'demo_ssh_key');
  if (!existsSync(file)) {
    await mkdir(secrets, { recursive: true, mode: 0o700 });
    const made = ssh2.utils.generateKeyPairSync('ed25519', { comment: `ocore-demo-${randomUUID().slice(0, 8)}` });
    await writeFile(`${file}.pub`, `${made.public}\n`);
    await writeFile(file, made.private, { mode: 0o600 });
  }
  const line = `from="127.0.0.1,::1" ${(await readFile(`${file}.pub`, 'utf8')).trim()}`;
  const known = await readFile(authorizedKeys(), 'utf8').catch(() => '');
  if (!known.includes(line)) {
    await mkdir(join(account().home, '.ssh'), { recursive: true, mode: 0o700 });
    await appendFile(authorizedKeys(), `${known === '' || known.endsWith('\n') ? '' : '\n'}${line}\n`, { mode: 0o600 });
  }
  return readFile(file, 'utf8');
}

const authorizedKeys = (): string => join(account().home, '.ssh', 'authorized_keys');

/** Signs in once as oCore will: what the SSH server does not allow is said now, with where to look. */
export async function requireSignIn(port: number, privateKey: string): Promise<void> {
  const { name } = account();
  const client = new ssh2.Client();
  const problem = await new Promise<string | undefined>((resolve) => {
    client.once('ready', () => resolve(undefined));
    client.once('error', (error) => resolve(error.message));
    client.connect({ host, port, username: name, privateKey, readyTimeout: 60_000 });
  });
  client.end();
  if (problem !== undefined)
    throw new Error(
      `The SSH server on port ${port} does not let ${name} in with the key that the demo added to ${authorizedKeys()} (${problem}). What it allows is shown by:\n  sudo sshd -T -C user=${name} | grep -iE 'permitrootlogin|pubkey|authorizedkeys|allow|deny|strictmodes'`,
    );
}
