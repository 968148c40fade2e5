import { z } from 'zod';
import { instanceResource } from '../instances/index.ts';
import { defineKind } from '../operations/definition.ts';

/** The instance's status before, and its reason. */
const before = {
  from: z.enum(['running', 'stopped', 'failed']).optional(),
  reason: z.string().nullable().optional(),
};
const parts = { database: z.boolean(), filestore: z.boolean() };

export const restoreKind = defineKind({
  kind: 'instance.restore',
  resource: instanceResource,
  permission: 'manage:databases',
  alsoNeeds: () => ['manage:backups'],
  retry: 'allowed',
  entering: 'restarting',
  input: z.object({ ...before, ...parts, backupId: z.string(), safetyBackup: z.boolean() }),
  steps: [
    { name: 'safety', title: 'Take a safety backup' },
    { name: 'load', title: 'Load the database and the files beside those that serve' },
    { name: 'replace', title: 'Stop Odoo, exchange the data and start it' },
    { name: 'health', title: 'Wait until Odoo is healthy' },
    { name: 'finish', title: 'Remove the old data' },
  ],
});

/** Single files; Odoo goes on running. */
export const restoreFilesKind = defineKind({
  kind: 'instance.restore_files',
  resource: instanceResource,
  permission: 'manage:databases',
  alsoNeeds: () => ['manage:backups'],
  retry: 'allowed',
  entering: 'running',
  input: z.object({ backupId: z.string(), paths: z.array(z.string()) }),
  steps: [
    { name: 'find', title: 'Find the files in the backup' },
    { name: 'load', title: 'Load the files beside the filestore' },
    { name: 'replace', title: 'Put the files in their places' },
    { name: 'finish', title: 'Remove what was there before' },
  ],
});

/** A new instance whose database and files come from a backup. */
export const provisionFromBackupKind = defineKind({
  kind: 'instance.provision_from_backup',
  resource: instanceResource,
  permission: 'manage:instances',
  alsoNeeds: (input) => [
    'manage:databases',
    'manage:backups',
    ...(z.object({ ownCode: z.literal(false) }).safeParse(input).success ? [] : ['manage:instance_code' as const]),
  ],
  retry: 'allowed',
  entering: 'provisioning',
  input: z.object({
    ...parts,
    backupId: z.string(),
    reason: z.string().nullable().optional(),
    ownCode: z.boolean().optional(),
    pullImage: z.boolean().optional(),
  }),
  steps: [
    { name: 'prepare', title: 'Connect to the server and allocate a port' },
    { name: 'pull_images', title: 'Get the PostgreSQL and Odoo images' },
    { name: 'network', title: 'Create the network' },
    { name: 'database', title: 'Start PostgreSQL and create the role' },
    { name: 'load', title: 'Load the database and the files' },
    { name: 'start', title: 'Start Odoo' },
    { name: 'health', title: 'Wait until Odoo is healthy' },
  ],
});
