import { z } from 'zod';
import { defineKind } from '../operations/definition.ts';
import { restoreTestResource } from './resource.ts';

export const runRestoreTestKind = defineKind({
  kind: 'restore_test.run',
  resource: restoreTestResource,
  permission: 'manage:backups',
  retry: { refused: 'Test the backup again instead' },
  entering: 'pending',
  // Whoever deletes backups looks for those that an operation names.
  input: z.object({ backupId: z.string() }),
  steps: [
    { name: 'prepare', title: 'Get the images and create a network without a way out' },
    { name: 'database', title: 'Start PostgreSQL' },
    { name: 'restore', title: 'Restore the backup and compare its rows with the manifest' },
    { name: 'start', title: 'Start Odoo without scheduled actions' },
    { name: 'answer', title: 'Ask for the login page' },
    { name: 'remove', title: 'Remove all that was made' },
  ],
});
