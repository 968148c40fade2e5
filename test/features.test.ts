import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { resources } from '../src/access/permissions.ts';
import { catalogue } from '../src/events/catalogue/catalogue.ts';
import { features } from '../src/features.ts';

const root = resolve(import.meta.dirname, '..');
const sources = globSync('src/**/*.ts', { cwd: root, exclude: ['src/events/catalogue/**'] }).map(
  (file) => [file, readFileSync(resolve(root, file), 'utf8')] as const,
);

it('has each permission in one feature; operations and the audit log belong to kits', () => {
  const declared = features.flatMap((feature) => feature.permissions ?? []);
  expect([...declared, 'operations', 'audit_logs'].sort()).toEqual([...resources].sort());
});

// The compiler refuses what is not in the catalogue: only one place may write past it.
it('writes to the audit log and to the outbox in one place each', () => {
  const writers = (pattern: RegExp) => sources.filter(([, text]) => pattern.test(text)).map(([file]) => file);
  expect(writers(/auditEntry\.create|INSERT INTO audit_entries/)).toEqual(['src/audit/entry.ts']);
  expect(writers(/outboxEvent\.create|INSERT INTO outbox_events/)).toEqual(['src/events/outbox.ts']);
});

it.each(Object.keys(catalogue))('records %s somewhere', (name) => {
  expect(sources.some(([, text]) => text.includes(`'${name}'`) || told(text).includes(name))).toBe(true);
});

/** Names that one line puts together. */
function told(text: string): string[] {
  return [...text.matchAll(/`(\w+\.)\$\{([^}]*)\}(\w+)`/g)].flatMap(([, before, choices = '', after]) =>
    [...choices.matchAll(/'(\w+)'/g)].map(([, choice]) => `${before}${choice}${after}`),
  );
}
