import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { kinds } from '../../src/features.ts';
import { defineKind, isKind, type OperationKind } from '../../src/operations/definition.ts';
import { implementOperation, registryOf } from '../../src/operations/registry.ts';

const root = resolve(import.meta.dirname, '../..');
const resource = { type: 'thing', topics: () => [], enter: () => Promise.resolve() };
const common = {
  resource,
  entering: 'busy',
  permission: 'manage:projects',
  retry: 'allowed',
  input: z.object({}),
  steps: [{ name: 'only', title: 'Only' }],
} as const;

it('runs every kind that a feature defines', async () => {
  const defined: OperationKind<unknown>[] = [];
  for (const file of globSync('src/*/kinds.ts', { cwd: root })) {
    const exported: Record<string, unknown> = await import(join(root, file));
    defined.push(...Object.values(exported).filter(isKind));
  }
  expect(defined.length).toBeGreaterThanOrEqual(9);
  expect(
    defined.filter((definition) => kinds.get(definition.kind)?.definition !== definition).map(({ kind }) => kind),
  ).toEqual([]);
});

it('does not start without the implementation of a definition, nor with two of one name', () => {
  const [made, missing] = [
    defineKind({ kind: 'thing.make', ...common }),
    defineKind({ kind: 'thing.miss', ...common }),
  ];
  const implementation = implementOperation({
    kind: made,
    steps: { only: () => Promise.resolve(undefined) },
    settle: () => Promise.resolve(),
  });
  expect(() => registryOf([{ definitions: { made, missing }, implementations: [implementation] }])).toThrow(
    'Operation kinds without an implementation: thing.miss',
  );
  expect(() => registryOf([{ definitions: { made }, implementations: [implementation, implementation] }])).toThrow(
    'same name',
  );
  expect(registryOf([{ definitions: { made, other: 'no kind' }, implementations: [implementation] }]).size).toBe(1);
});
