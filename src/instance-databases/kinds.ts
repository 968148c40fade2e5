import { z } from 'zod';
import { instanceResource } from '../instances/index.ts';
import { defineKind } from '../operations/definition.ts';

const common = { resource: instanceResource, permission: 'manage:databases' } as const;

/** What becomes of PostgreSQL's parameters; they are no secrets. */
export const configureDatabaseKind = defineKind({
  kind: 'instance.configure_database',
  ...common,
  entering: 'restarting',
  retry: 'allowed',
  input: z.object({ settings: z.record(z.string(), z.string()), restart: z.boolean() }),
  steps: [
    { name: 'apply', title: 'Give PostgreSQL its new configuration' },
    { name: 'health', title: 'Check PostgreSQL, and wait until Odoo is healthy' },
  ],
});

export const rotateDatabasePasswordKind = defineKind({
  kind: 'instance.rotate_database_password',
  ...common,
  entering: 'running',
  retry: { refused: 'Rotate the password again instead' },
  input: z.object({}),
  steps: [
    { name: 'rotate', title: 'Give Odoo’s role a new password' },
    { name: 'check', title: 'Sign in with the new password, and check Odoo' },
  ],
});

export const maintenanceActions = ['vacuum', 'vacuum_analyze', 'analyze', 'reindex'] as const;

export const maintainDatabaseKind = defineKind({
  kind: 'instance.maintain_database',
  ...common,
  entering: 'running',
  retry: 'allowed',
  input: z.object({
    action: z.enum(maintenanceActions),
    tables: z.array(z.object({ schema: z.string(), name: z.string() })),
  }),
  steps: [{ name: 'maintain', title: 'Maintain the tables' }],
});
