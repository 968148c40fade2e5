/**
 * Which tests `npm run test:fast` runs: those that need Node and the embedded PostgreSQL, and nothing else of the machine.
 * A module of the tests uses the machine when it runs a program that is not this project's own Node, drives a browser or
 * speaks to Docker; and so does whatever imports it.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** A type is gone before anything runs. */
const importOf = /^(?:import|export) (?!type )(?:[^';]*from )?'([^']+)'|\bimport\('([^']+)'\)/gm;

/** Node itself is `process.execPath`, which is no text: what is named by a text is a program of the machine. */
const runsProgram = /\b(?:spawn|exec\w*|promisify\(exec\w*\)|run)\(\s*['"`]/;

interface Module {
  imports: readonly string[];
  usesMachine: boolean;
}

function read(file: string): Module {
  const text = readFileSync(join(root, file), 'utf8');
  const from = [...text.matchAll(importOf)].map(([, one, other]) => one ?? other ?? '');
  return {
    imports: from
      .filter((name) => name.startsWith('.'))
      .map((name) => relative(root, resolve(root, dirname(file), name))),
    usesMachine:
      from.includes('playwright-core') ||
      from.includes('dockerode') ||
      (from.includes('node:child_process') && runsProgram.test(text)),
  };
}

/** Every module of the tests, with all that it imports through others. */
export function testModules(): Map<string, { reaches: ReadonlySet<string>; usesMachine: boolean }> {
  const modules = new Map(
    globSync('test/**/*.ts', { cwd: root })
      .filter((file) => !file.includes('node_modules'))
      .map((file) => [file, read(file)]),
  );
  return new Map(
    [...modules.keys()].map((file) => {
      const reaches = new Set([file]);
      // A set gives what is added to it while it is walked.
      for (const one of reaches)
        for (const next of modules.get(one)?.imports ?? []) if (modules.has(next)) reaches.add(next);
      return [file, { reaches, usesMachine: [...reaches].some((one) => modules.get(one)?.usesMachine) }];
    }),
  );
}

export function fastTests(): string[] {
  return [...testModules()]
    .filter(([file, { usesMachine }]) => file.endsWith('.test.ts') && !usesMachine)
    .map(([file]) => file)
    .sort();
}
