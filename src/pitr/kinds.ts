import { z } from 'zod';
import { instanceResource } from '../instances/index.ts';
import { defineKind } from '../operations/definition.ts';
import { archiveResource } from './resource.ts';

const ofInstance = { resource: instanceResource, permission: 'manage:databases' } as const;
const ofArchive = { resource: archiveResource, permission: 'manage:backups', entering: 'active' } as const;

/** From the first time, and again where what was not archived yet was lost: what was archived stays restorable. */
export const enableArchivingKind = defineKind({
  kind: 'instance.enable_archiving',
  ...ofInstance,
  retry: { refused: 'Enable point-in-time restores again instead' },
  entering: 'running',
  input: z.object({ archiveId: z.string() }),
  steps: [
    { name: 'prepare', title: 'Prepare PostgreSQL and the destination' },
    { name: 'receive', title: 'Receive every change of the database' },
  ],
});

export const disableArchivingKind = defineKind({
  kind: 'instance.disable_archiving',
  ...ofInstance,
  retry: { refused: 'Disable point-in-time restores again instead' },
  entering: 'running',
  input: z.object({ archiveId: z.string() }),
  steps: [
    { name: 'stop', title: 'Stop receiving changes' },
    { name: 'forget', title: 'Remove what was archived' },
  ],
});

export const shipKind = defineKind({
  kind: 'wal_archive.ship',
  ...ofArchive,
  retry: { refused: 'The next one begins by itself' },
  input: z.object({}),
  steps: [{ name: 'ship', title: 'Bring the changes to the destination' }],
});

export const baseBackupKind = defineKind({
  kind: 'wal_archive.base_backup',
  ...ofArchive,
  retry: { refused: 'The next one begins by itself' },
  input: z.object({}),
  steps: [
    { name: 'copy', title: 'Copy the database server' },
    { name: 'upload', title: 'Bring the copy to the destination and read it back' },
    { name: 'record', title: 'Archive up to the copy and remove what is too old' },
  ],
});

export const restorePointKind = defineKind({
  kind: 'instance.restore_point',
  ...ofInstance,
  retry: { refused: 'Restore again instead' },
  entering: 'restarting',
  input: z.object({
    archiveId: z.string(),
    baseId: z.string(),
    /** To the microsecond, as PostgreSQL reads it. */
    time: z.iso.datetime(),
  }),
  steps: [
    { name: 'fetch', title: 'Archive the present and get the base backup and the changes' },
    { name: 'recover', title: 'Recover a copy of the database server to the point in time' },
    { name: 'load', title: 'Load its database beside the one that serves' },
    { name: 'replace', title: 'Stop Odoo and exchange the databases' },
    { name: 'health', title: 'Wait until Odoo is healthy' },
    { name: 'finish', title: 'Remove the former database' },
  ],
});
