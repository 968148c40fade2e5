import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { blocksOf } from './guide.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const guide = readFileSync(join(root, 'docs/site/guides/production.md'), 'utf8');
const blocks = blocksOf(guide);
const block = (part: string): string => blocks.find(({ text }) => text.includes(part))?.text ?? '';

it('shows an environment that production starts with', () => {
  const env = Object.fromEntries(
    block('ENVIRONMENT=')
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );
  expect(readConfig(env)).toMatchObject({ ENVIRONMENT: 'production', SIGNUP_OPEN: false, hasAppUrl: true });
});

it('names variables that the program reads, with their defaults', () => {
  const program = readFileSync(join(root, 'src/config.ts'), 'utf8');
  const named = [...guide.matchAll(/`([A-Z][A-Z_]+[A-Z])(?:=[^`]*)?`/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(10);
  const known = (name: string): boolean => program.includes(`  ${name}:`) || ['CREATEROLE', 'SIGTERM'].includes(name);
  expect(named.filter((name) => !known(name))).toEqual([]);
  const defaults = readConfig({ SSH_ENCRYPTION_KEY: 'x'.repeat(32) });
  expect(defaults).toMatchObject({
    DB_POOL_MAX_CONNS: 25,
    RATE_LIMIT_ACCOUNT: 1200,
    WORKER_CONCURRENCY: 50,
    SERVER_CONCURRENCY: 5,
    MONITOR_INTERVAL: 30,
    OPERATION_LOG_RETENTION: 90 * 86400,
    SOCKETS_PER_ACCOUNT: 100,
    HOST: '127.0.0.1',
    PORT: 4000,
  });
});

it('shows commands that the shell can read, and scripts that exist', async () => {
  const commands = blocks.filter(({ language }) => language === 'shell').map(({ text }) => text);
  expect(commands.length).toBeGreaterThan(5);
  for (const text of commands) await run('bash', ['-n', '-c', text]);
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const used = [...guide.matchAll(/\bnpm run (?:-s )?(\w+)/g)].map(([, name = '']) => name);
  expect(used.filter((name) => !(name in scripts))).toEqual([]);
});

it.skipIf(!existsSync('/usr/bin/systemd-analyze'))('shows a unit that systemd accepts', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ocore-unit-'));
  try {
    // The program is where this one is.
    const unit = block('[Unit]')
      .replaceAll('/opt/ocore', root)
      .replace(/^EnvironmentFile=.*$/m, '')
      .replace(/^(User|Group)=.*\n/gm, '');
    await writeFile(join(dir, 'ocore@.service'), unit);
    const { stderr } = await run('systemd-analyze', ['verify', join(dir, 'ocore@gateway.service')]).catch(
      (error: { stderr: string }) => error,
    );
    expect(stderr.split('\n').filter((line) => line.includes('ocore@'))).toEqual([]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
