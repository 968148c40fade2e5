import { z } from 'zod';
import { instanceResource, poolerShape } from '../instances/index.ts';
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

/** To what, and from what: null is no PgBouncer. */
export const configurePoolerKind = defineKind({
  kind: 'instance.configure_pooler',
  ...common,
  entering: 'restarting',
  retry: { refused: 'Enable or disable PgBouncer again instead' },
  input: z.object({ pooler: poolerShape.nullable(), before: poolerShape.nullable() }),
  steps: [
    { name: 'image', title: 'Get the image of PgBouncer' },
    { name: 'pooler', title: 'Run PgBouncer, and sign in through it' },
    { name: 'odoo', title: 'Restart Odoo with its new way to PostgreSQL, and wait until it is healthy' },
    { name: 'finish', title: 'Remove what is no longer used' },
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
