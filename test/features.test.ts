import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { resources } from '../src/access/permissions.ts';
import { features } from '../src/features.ts';

const root = resolve(import.meta.dirname, '..');
const folders: Readonly<Record<string, string>> = { organizations: 'orgs' };

it('has each permission in one feature; operations and the audit log belong to kits', () => {
  const declared = features.flatMap((feature) => feature.permissions ?? []);
  expect([...declared, 'operations', 'audit_logs'].sort()).toEqual([...resources].sort());
});

it.each(features.map((feature) => ({ feature, name: feature.name })))(
  'declares the events that $name records, and no others',
  ({ feature }) => {
    const prefixes = new Set(features.flatMap(({ events }) => events.map((event) => event.split('.')[0])));
    const files = globSync(`src/${folders[feature.name] ?? feature.name}/**/*.ts`, { cwd: root });
    const recorded = files
      // Names of operation kinds look like events.
      .filter((file) => !/\/(feature|kinds)\.ts$/.test(file))
      .flatMap((file) => [...readFileSync(resolve(root, file), 'utf8').matchAll(/'(([a-z_]+)\.[a-z_]+)'/g)])
      .flatMap(([, event = '', prefix]) => (prefixes.has(prefix) ? [event] : []));
    expect([...new Set(recorded)].sort()).toEqual([...feature.events].sort());
  },
);
