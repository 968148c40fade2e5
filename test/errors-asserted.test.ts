import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { errorTable } from '../src/errors.ts';
import { cancelled, workerCrashed } from '../src/operations/describe-error.ts';
import type { RemoteErrorCode } from '../src/remote/errors.ts';

const root = resolve(import.meta.dirname, '..');
const textsOf = (pattern: string): string[] =>
  globSync(pattern, { cwd: root })
    .filter((file) => !file.includes('node_modules'))
    .map((file) => readFileSync(join(root, file), 'utf8'));

/** A type has no values to be listed; the compiler sees to it that none is missing here. */
const remote: Record<RemoteErrorCode, true> = {
  ssh_unreachable: true,
  ssh_auth_failed: true,
  host_key_mismatch: true,
  host_key_unknown: true,
  destination_denied: true,
  ssh_connection_lost: true,
  ssh_sessions_refused: true,
  ssh_forwarding_refused: true,
  shell_unusable: true,
  docker_unavailable: true,
  docker_permission: true,
  docker_error: true,
  remote_timeout: true,
  remote_command_failed: true,
  remote_cancelled: true,
  port_in_use: true,
  address_pool_exhausted: true,
  disk_full: true,
  image_not_found: true,
  registry_auth_failed: true,
};

const code = textsOf('src/**/*.ts').join('\n');
const made = [...code.matchAll(/\bnew StepError\(\s*(?:'(\w+)')?/g)].map(([, name]) => name);

it('reads every code with which a step ends', () => {
  expect(made.length).toBeGreaterThan(15);
  expect(made).not.toContain(undefined);
});

/** What tests expect, and the rows of their tables. */
const expectations = textsOf('test/**/*.test.ts').flatMap((text) =>
  [...text.matchAll(/\b(?:expect|it\.(?:each|for))\b[^]*?;\n/g)].map(([statement]) => statement),
);

it.each([
  ...new Set([
    ...Object.keys(errorTable),
    ...Object.keys(remote),
    ...made.map(String),
    cancelled.code,
    workerCrashed.code,
  ]),
])('has a test that expects the error %s', (name) => {
  expect(expectations.some((statement) => statement.includes(`'${name}'`))).toBe(true);
});
