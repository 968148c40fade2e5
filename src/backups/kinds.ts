import { z } from 'zod';
import { defineKind } from '../operations/definition.ts';
import { instanceResource, resting } from '../instances/index.ts';
import { backupResource } from './resource.ts';

const common = { resource: backupResource, permission: 'manage:backups' } as const;

export const createBackupKind = defineKind({
  kind: 'backup.create',
  ...common,
  entering: 'pending',
  retry: { refused: 'Take another backup instead' },
  input: z.object({ instanceId: z.string() }),
  steps: [
    { name: 'prepare', title: 'Connect to the server and open the repository' },
    { name: 'dump', title: 'Dump the database' },
    { name: 'upload', title: 'Write the snapshot' },
    { name: 'clear', title: 'Remove the temporary files from the server' },
    { name: 'verify', title: 'Read the snapshot back' },
  ],
});

/** `backupId`: the backup that is read, which stays while it is. */
export const copyBackupKind = defineKind({
  kind: 'backup.copy',
  ...common,
  entering: 'pending',
  retry: { refused: 'Copy the backup again instead' },
  input: z.object({ instanceId: z.string(), backupId: z.string() }),
  steps: [
    { name: 'copy', title: 'Copy the snapshot to the other destination' },
    { name: 'verify', title: 'Read the copy back' },
  ],
});

export const verifyBackupKind = defineKind({
  kind: 'backup.verify',
  ...common,
  entering: 'kept',
  retry: 'allowed',
  input: z.object({ instanceId: z.string(), backupId: z.string() }),
  steps: [{ name: 'verify', title: 'Read the snapshot back' }],
});

export const deleteBackupKind = defineKind({
  kind: 'backup.delete',
  ...common,
  entering: 'kept',
  retry: 'allowed',
  input: z.object({ instanceId: z.string(), backupId: z.string() }),
  steps: [{ name: 'forget', title: 'Remove the snapshot and the data that no other one has' }],
});

/** A deletion that begins only once the last state of the instance is safe. */
export const deleteWithBackupKind = defineKind({
  kind: 'instance.backup_and_delete',
  resource: instanceResource,
  permission: 'manage:instances',
  alsoNeeds: () => ['manage:backups'],
  retry: 'allowed',
  entering: 'removing',
  input: resting.extend({ destinationId: z.string() }),
  steps: [
    { name: 'backup', title: 'Take the final backup' },
    { name: 'containers', title: 'Remove the containers' },
    { name: 'data', title: 'Remove the volumes and the network' },
  ],
});
