import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = import.meta.dirname;

/** The tools of package.json beside this file, installed once for each lock file, outside the checkout. */
async function installed(): Promise<string> {
  const lock = await readFile(join(here, 'package-lock.json'));
  const cache = join(
    process.env['OCORE_CACHE'] ?? '/var/cache/ocore',
    'tools',
    createHash('sha256').update(lock).digest('hex').slice(0, 16),
  );
  if (existsSync(cache)) return cache;
  const making = `${cache}.${process.pid}`;
  await mkdir(making, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) await copyFile(join(here, file), join(making, file));
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: making, maxBuffer: 1e8 });
  // In place only when it is whole; another run may have been quicker.
  await rename(making, cache).catch(async () => {
    await rm(making, { recursive: true, force: true });
  });
  return cache;
}

export interface Tools {
  dir: string;
  write(name: string, text: string): Promise<void>;
  run(tool: string, ...args: string[]): Promise<{ code: number; output: string }>;
  remove(): Promise<void>;
}

/** A folder in which the tools find themselves and their settings. */
export async function openTools(): Promise<Tools> {
  const cache = await installed();
  const dir = await mkdtemp(join(tmpdir(), 'ocore-tools-'));
  await symlink(join(cache, 'node_modules'), join(dir, 'node_modules'));
  for (const file of ['redocly.yaml', 'spectral.yaml', 'eslint.config.js'])
    await copyFile(join(here, file), join(dir, file));
  return {
    dir,
    write: (name, text) => writeFile(join(dir, name), text),
    run: async (tool, ...args) => {
      const result = await run(process.execPath, [join(dir, 'node_modules/.bin', tool), ...args], {
        cwd: dir,
        maxBuffer: 1e8,
        env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', NO_COLOR: '1' },
      }).then(
        ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
        (error: unknown) => ({
          code: 1,
          output:
            error instanceof Error
              ? `${Reflect.get(error, 'stdout') ?? ''}${Reflect.get(error, 'stderr') ?? ''}${error.message}`
              : String(error),
        }),
      );
      return result;
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
