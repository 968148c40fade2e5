import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import { type AddressInfo, createServer, type Server as TcpServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest';
import { Engine } from '../fleet/engine.ts';
import { type Fleet, startFleet } from '../fleet/fleet.ts';
import { fleetDir } from '../fleet/slot.ts';
import { freePort } from '../kit/free-port.ts';
import { Program } from '../kit/program.ts';
import { Terminal } from '../kit/terminal.ts';
import { Newcomer } from './newcomer.ts';

let fleet: Fleet;
let newcomer: Newcomer;
let sshPort: string;
let socket: string;

beforeAll(async () => {
  fleet = await startFleet({ servers: 1 });
  socket = fleet.servers[0]?.engine.socket ?? '';
  newcomer = await Newcomer.arrive();
  sshPort = String(await freePort());
});
afterEach(async () => {
  await Terminal.endAll();
  await newcomer.endSshd();
});
afterAll(async () => {
  await newcomer?.leave();
  await fleet?.stop();
});

/** Something that listens on a port of this machine, and greets. */
async function listener(greeting: string, server: TcpServer = createServer((client) => client.end(greeting))) {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(async () => {
    server.close();
  });
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

it('provisions a real Odoo for somebody who is not root, and finds it again', { timeout: 900_000 }, async () => {
  await newcomer.user.allowSudo();
  const first = newcomer.demo({ SSH_PORT: sshPort }, '--docker-socket', socket);
  await first.shows(/This machine needs an SSH server. Install and start it\? \[y\/N\]/);
  first.type('y\n');
  expect(await first.ended(), first.text).toBe(0);
  expect(first.text).toContain(`Server ${newcomer.user.name}@127.0.0.1:${sshPort}`);
  expect(first.text).toContain('Done.');

  // The key is where sshd looks, whatever $HOME says.
  expect(await newcomer.authorizedKeys).toMatch(/^from="127\.0\.0\.1,::1" ssh-ed25519 \S+ ocore-demo/);
  const odoo = /Odoo +(http\S+)/.exec(first.text)?.[1] ?? '';
  expect((await fetch(odoo)).status).toBe(200);

  // The steps stand alone on the terminal; the log and the e-mails are in the file that the end names.
  const file = join(newcomer.dataDir, 'demo.log');
  expect(first.text).toContain(`Log       ${file}`);
  const log = await readFile(file, 'utf8');
  for (const text of ['{"level":', '--- E-mail to admin@example.com']) {
    expect(log).toContain(text);
    expect(first.text).not.toContain(text);
  }

  const second = newcomer.demo({ SSH_PORT: sshPort }, '--docker-socket', socket);
  expect(await second.ended(), second.text).toBe(0);
  expect(second.text).toContain('Server demo-server exists and is active.\nOdoo exists and is running.\n');
  expect(second.text).toContain(odoo);
});

it('shows what the engine says when it cannot pull, after waiting for a slow answer', async () => {
  await newcomer.user.allowSudo();
  const proxy: Server = createHttpServer();
  proxy.on('connect', async (_request, client) => {
    client.on('error', () => {});
    await sleep(9000);
    client.end('HTTP/1.1 403 Forbidden by the network team\r\n\r\n');
  });
  const engine = new Engine(join(fleetDir, 'engine-without-registry'), 1, {
    HTTPS_PROXY: `http://127.0.0.1:${await listener('', proxy)}`,
  });
  await engine.start();
  onTestFinished(() => engine.stop());
  const demo = newcomer.demo({ SSH_PORT: sshPort }, '--yes', '--docker-socket', engine.socket);
  await demo.shows(/The Docker engine cannot pull postgres:17:\n.*Forbidden/);
  await demo.shows(/Replacements of postgres:17, odoo:19.0, \S+ and restic\S+ are built on this machine/);
  demo.type('\u0003');
  expect(await demo.ended()).not.toBe(0);
});

it('gives the command that lets a user use Docker', async () => {
  await newcomer.user.denySudo();
  const demo = newcomer.demo({ SSH_PORT: sshPort }, '--docker-socket', socket);
  expect(await demo.ended()).toBe(1);
  expect(demo.text).toContain(`Docker runs on this machine, but`);
  expect(demo.text).toMatch(new RegExp(`\n  sudo usermod -aG docker ${newcomer.user.name} && newgrp docker\n$`));
});

it('asks for the password of sudo, and says what a refusal means', async () => {
  await newcomer.user.allowSudo({ password: true });
  await newcomer.user.setPassword('correct horse 1');
  await newcomer.user.join('docker');
  const env = { SSH_PORT: sshPort };

  const wrong = newcomer.demo(env, '--yes', '--docker-socket', socket);
  for (const time of [1, 2, 3]) {
    await wrong.shows(new RegExp(`(password for ${newcomer.user.name}:[^]*){${time}}`));
    wrong.type('guess\n');
  }
  expect(await wrong.ended()).toBe(1);
  expect(wrong.text).toMatch(/This needs root, and sudo refuses .*: .*3 incorrect password attempts/);
  expect(wrong.text).toContain('Run this as root, and then the demo again:\n  service ssh start');
  expect(wrong.text).not.toMatch(/Command failed|^\s+at /m);

  const right = newcomer.demo(env, '--yes', '--docker-socket', socket);
  await right.shows(/password for/);
  right.type('correct horse 1\n');
  await right.shows(/Preparing the API/);
  right.type('\u0003');
  await right.ended();
});

it('says at once that the SSH server does not let the user in', async () => {
  await newcomer.user.allowSudo();
  // This server reads the keys of its own file only.
  const port = String(fleet.servers[0]?.sshd.port);
  const demo = newcomer.demo({ SSH_PORT: port }, '--docker-socket', socket);
  expect(await demo.ended()).toBe(1);
  expect(demo.text).toContain(`The SSH server on port ${port} does not let ${newcomer.user.name} in`);
  expect(demo.text).toContain('sudo sshd -T');
});

it('names the holder of a port, and the variable', async () => {
  await newcomer.user.allowSudo();
  const port = await listener('220 mail.example.com\r\n');
  const sentence = (variable: string): string =>
    `Port ${port} is taken by node (process ${process.pid}): end it, or set ${variable} to another port, such as ${variable}=${port + 1}.`;

  for (const [script, variable] of [
    ['src/cli/demo.ts', 'SSH_PORT'],
    ['src/cli/demo.ts', 'PORT'],
    ['src/main.ts', 'PORT'],
  ] as const) {
    const env = { PORT: '0', DATA_DIR: join(newcomer.otherHome, 'data'), [variable]: String(port) };
    const program = Program.run(script, script.includes('demo') ? ['--docker-socket', socket] : [], env);
    expect(await program.ended()).toBe(1);
    expect(program.output.trim(), script).toBe(sentence(variable));
  }
  // Another user's process is not for everyone to see; whose it is, is.
  const theirs = newcomer.demo({ PORT: String(port) });
  expect(await theirs.ended()).toBe(1);
  expect(theirs.text).toContain(`Port ${port} is taken by a program of the user root: end it, or set PORT`);
});

it.for([
  {
    system: 'darwin',
    says: /cannot use this machine as its server: .* this is macOS .*npm run demo -- --server user@host/,
  },
  { system: 'win32', says: /does not run on Windows itself: run it in WSL 2/ },
])('refuses $system at once, and says what works there', async ({ system, says }) => {
  const pretend = `data:text/javascript,Object.defineProperty(process,'platform',{value:'${system}'})`;
  const demo = newcomer.run(['node_modules/node/bin/node', '--import', pretend, 'src/cli/demo.ts', '--yes']);
  expect(await demo.ended()).toBe(1);
  expect(demo.text).toMatch(says);
});

it('installs software where it knows how, and says so elsewhere before it asks', async () => {
  // A machine without sshd, dockerd and apt-get, as far as the program sees.
  const script =
    'mount -t tmpfs none /usr/sbin && exec env PATH=/nowhere PORT=0 SSH_PORT="$2" DATA_DIR="$1" "$0" src/cli/demo.ts';
  const demo = Terminal.run(
    ['unshare', '--mount', 'sh', '-c', script, process.execPath, join(newcomer.otherHome, 'data'), sshPort],
    { cwd: newcomer.checkout },
  );
  expect(await demo.ended()).toBe(1);
  expect(demo.text.trim()).toBe(
    'This machine needs docker.io and iptables and openssh-server, by Debian’s names, and the demo installs software on Debian and Ubuntu only. Install and start it yourself, or use another server with --server user@host.',
  );
});

it('changes nothing without a yes', async () => {
  await newcomer.user.allowSudo();
  const no = newcomer.demo({ SSH_PORT: sshPort }, '--docker-socket', socket);
  await no.shows(/Install and start it\? \[y\/N\]/);
  no.type('n\n');
  expect(await no.ended()).toBe(1);
  expect(no.text).toContain('Nothing was changed. Use another server with --server user@host.');

  const nobody = Program.run('src/cli/demo.ts', ['--docker-socket', socket], {
    PORT: '0',
    SSH_PORT: sshPort,
    DATA_DIR: join(newcomer.otherHome, 'data'),
  });
  expect(await nobody.ended()).toBe(1);
  expect(nobody.output).toContain('Confirm with --yes, or use another server with --server user@host.');
});
