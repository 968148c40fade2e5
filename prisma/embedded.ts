import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { isOpenToOthers, type ProcessOwner, postgresBinaries, processOwner, systemDir } from './postgres-binaries.ts';

const run = promisify(execFile);

export interface EmbeddedDatabase {
  url: string;
  stop(): Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** `<dataDir>/postgres`; where the server's user cannot enter that, a directory named after it. */
export async function placeOf(dataDir: string, owner: ProcessOwner | undefined): Promise<string> {
  if (!owner || (await isOpenToOthers(dataDir))) return join(dataDir, 'postgres');
  return join(systemDir, createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16), 'postgres');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function pidIn(file: string): Promise<number | undefined> {
  if (!existsSync(file)) return undefined;
  const pid = Number((await readFile(file, 'utf8')).split('\n')[0]);
  return Number.isInteger(pid) && pid > 1 && isAlive(pid) ? pid : undefined;
}

/** Ends a server whose oCore was killed; refuses when that oCore lives, because two would share one directory. */
async function endLeftover(databaseDir: string, ownerFile: string): Promise<void> {
  const server = await pidIn(join(databaseDir, 'postmaster.pid'));
  if (server === undefined) return;
  const other = await pidIn(ownerFile);
  if (other !== undefined && other !== process.pid)
    throw new Error(
      `Another oCore (process ${other}) uses this data directory. End it, or set DATA_DIR to another one.`,
    );
  process.kill(server, 'SIGINT');
  for (let i = 0; i < 300 && isAlive(server); i += 1) await sleep(100);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  return client.connect().then(
    async () => {
      await client.end();
      return true;
    },
    () => false,
  );
}

async function untilReady(child: ChildProcess, url: string, said: () => string): Promise<void> {
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  for (let i = 0; i < 600; i += 1) {
    if (failure) throw failure;
    if (child.exitCode !== null) throw new Error(`The embedded PostgreSQL ended at once:\n${said()}`);
    if (await answers(url)) return;
    await sleep(50);
  }
  throw new Error(`The embedded PostgreSQL did not answer within 30 seconds:\n${said()}`);
}

/** Where the embedded PostgreSQL of a running oCore answers. */
export async function runningEmbedded(dataDir: string): Promise<string | undefined> {
  const pidFile = join(await placeOf(dataDir, await processOwner()), 'postmaster.pid');
  const passwordFile = join(dataDir, 'secrets', 'postgres_password');
  if ((await pidIn(pidFile)) === undefined || !existsSync(passwordFile)) return undefined;
  // The fourth line of the server's own note is its port.
  const port = (await readFile(pidFile, 'utf8')).split('\n')[3];
  return `postgresql://postgres:${encodeURIComponent((await readFile(passwordFile, 'utf8')).trim())}@127.0.0.1:${port}/ocore`;
}

/** A real PostgreSQL of our own, on a free loopback port, kept between runs. */
export async function startEmbedded(dataDir: string): Promise<EmbeddedDatabase> {
  const secrets = join(dataDir, 'secrets');
  const passwordFile = join(secrets, 'postgres_password');
  await mkdir(dataDir, { recursive: true });
  await mkdir(secrets, { recursive: true, mode: 0o700 });
  if (!existsSync(passwordFile)) await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  const password = (await readFile(passwordFile, 'utf8')).trim();

  const owner = await processOwner();
  const binaries = await postgresBinaries(owner);
  const databaseDir = await placeOf(dataDir, owner);
  const ownerFile = join(dirname(databaseDir), 'ocore.pid');
  await mkdir(dirname(databaseDir), { recursive: true });
  await endLeftover(databaseDir, ownerFile);
  await writeFile(ownerFile, `${process.pid}\n`);

  // The mark is written last: what a killed first start left is made again.
  const mark = join(databaseDir, 'ocore-initialised');
  if (!existsSync(mark)) {
    await rm(databaseDir, { recursive: true, force: true });
    await mkdir(databaseDir, { mode: 0o700 });
    if (owner) await chown(databaseDir, owner.uid, owner.gid);
    // Through a file that only the server's user reads: arguments are in the process list.
    const handOver = join(dirname(databaseDir), 'initial_password');
    try {
      await writeFile(handOver, password, { mode: 0o600 });
      if (owner) await chown(handOver, owner.uid, owner.gid);
      await run(
        join(binaries, 'initdb'),
        [
          '-D',
          databaseDir,
          '-U',
          'postgres',
          '-A',
          'scram-sha-256',
          `--pwfile=${handOver}`,
          '--encoding=UTF8',
          '--locale=C',
        ],
        { cwd: '/', ...owner },
      );
    } finally {
      await rm(handOver, { force: true });
    }
    await writeFile(mark, '');
  }
  const port = await freePort();
  // A group of its own: Ctrl-C in a terminal reaches oCore alone, which ends the server when its work is done.
  const child = spawn(
    join(binaries, 'postgres'),
    [
      '-D',
      databaseDir,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      '-c',
      'max_connections=200',
    ],
    { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'], detached: true, ...owner },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-4000);
  });
  const url = `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  await untilReady(child, `${url}/postgres`, () => said);
  await ensureDatabase(`${url}/postgres`);
  return {
    url: `${url}/ocore`,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGINT');
        await ended;
      }
      await rm(ownerFile, { force: true });
    },
  };
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'ocore'");
    if (rowCount === 0) await client.query('CREATE DATABASE ocore');
  } finally {
    await client.end();
  }
}
