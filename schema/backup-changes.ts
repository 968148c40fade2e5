import type { Backup as BackupRow, Operation as OperationRow } from '../prisma/generated/client/client.ts';
import {
  copyBackup,
  createBackup,
  deleteBackup,
  exportRepositoryKey,
  type RepositoryKey as RepositoryKeyRow,
  updateBackup,
  verifyBackup,
} from '../src/backups/index.ts';
import { Backup, backupIdArg } from './backup.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { Operation } from './operation.ts';

const BackupPayload = builder.objectRef<{ backup: BackupRow; operation: OperationRow }>('BackupPayload').implement({
  description: 'A backup and the operation that works on it.',
  fields: (t) => ({
    backup: t.field({ type: Backup, description: 'The backup.', resolve: (row) => row.backup }),
    operation: t.field({
      type: Operation,
      description: 'The operation that was started.',
      resolve: (row) => row.operation,
    }),
  }),
});

const RepositoryKey = builder.objectRef<RepositoryKeyRow>('RepositoryKey').implement({
  description: 'What opens the repository of a backup with restic alone, without oCore.',
  fields: (t) => ({
    repository: t.exposeString('repository', {
      description:
        'The address of the repository, as `restic --repo` takes it. Of a directory: its path on the server.',
    }),
    password: t.exposeString('password', { description: 'The password of the repository.' }),
    snapshotId: t.exposeString('snapshotId', { nullable: true, description: 'The snapshot of the backup.' }),
    commands: t.exposeStringList('commands', {
      description:
        'Commands for a shell that list the snapshots and restore this one. The credentials of the destination are yours.',
    }),
  }),
});

const CreateBackupInput = builder.inputType('CreateBackupInput', {
  description: 'What to back up, and where to.',
  fields: (t) => ({
    instanceId: t.id({ description: 'The instance. Required if the environment has several.' }),
    destinationId: t.id({
      description: 'The destination. Required if the server of the instance reaches several.',
    }),
    includeFilestore: t.boolean({ description: 'Whether to include the filestore. Default: true.' }),
    notes: t.string({ description: 'What it is for, up to 2000 characters.' }),
    pinned: t.boolean({ description: 'Whether to keep it whatever retention says. Default: false.' }),
  }),
});
const CopyBackupInput = builder.inputType('CopyBackupInput', {
  description: 'Where to copy a backup.',
  fields: (t) => ({
    destinationId: t.id({ required: true, description: 'The other destination.' }),
  }),
});
const UpdateBackupInput = builder.inputType('UpdateBackupInput', {
  description: 'The changes. Absent fields keep their value.',
  fields: (t) => ({
    notes: t.string({ description: 'What it is for, up to 2000 characters.' }),
    pinned: t.boolean({ description: 'Whether to keep it whatever retention says.' }),
  }),
});

builder.mutationFields((t) => ({
  createBackup: t.field({
    type: BackupPayload,
    authScopes: { permission: 'manage:backups' },
    description:
      'Backs up an instance of an environment: its database, then its filestore, then a manifest. The backup is completed once it was read back. PostgreSQL must run.',
    args: {
      environmentId: t.arg.id({ required: true, description: 'The environment.' }),
      input: t.arg({ type: CreateBackupInput, required: true, description: 'The backup.' }),
    },
    resolve: (_root, { environmentId, input }, context) =>
      createBackup(context.app, orgScope(context), environmentId, input),
  }),
  copyBackup: t.field({
    type: BackupPayload,
    authScopes: { permission: 'manage:backups' },
    description:
      'Copies a completed backup to another destination and reads the copy back. The copy is a backup of its own: it is restored, kept and deleted by itself, and stays when the first one goes.',
    args: {
      id: t.arg.id(backupIdArg),
      input: t.arg({ type: CopyBackupInput, required: true, description: 'The copy.' }),
    },
    resolve: (_root, { id, input }, context) => copyBackup(context.app, orgScope(context), id, input),
  }),
  updateBackup: t.field({
    type: Backup,
    authScopes: { permission: 'manage:backups' },
    description: 'Changes the notes or the pin of a backup.',
    args: {
      id: t.arg.id(backupIdArg),
      input: t.arg({ type: UpdateBackupInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) => updateBackup(context.app, orgScope(context), id, input),
  }),
  verifyBackup: t.field({
    type: BackupPayload,
    authScopes: { permission: 'manage:backups' },
    description:
      'Reads a backup back once more: every byte of it is read from the destination and compared with its checksum.',
    args: { id: t.arg.id(backupIdArg) },
    resolve: (_root, { id }, context) => verifyBackup(context.app, orgScope(context), id),
  }),
  deleteBackup: t.field({
    type: BackupPayload,
    authScopes: { permission: 'manage:backups' },
    description: 'Deletes a backup and the data that no other backup has. A pinned one is refused.',
    args: {
      id: t.arg.id(backupIdArg),
      force: t.arg.boolean({ description: 'Deletes it although it is the last good backup of its instance.' }),
    },
    resolve: (_root, { id, force }, context) => deleteBackup(context.app, orgScope(context), id, { force }),
  }),
  exportRepositoryKey: t.field({
    type: RepositoryKey,
    authScopes: { permission: 'manage:backups', person: true },
    description:
      'Returns the address and the password of the restic repository of a backup. It opens every backup of the instance at that destination. Needs the password of the account, or a recent sign-in; it is recorded.',
    args: {
      id: t.arg.id(backupIdArg),
      password: t.arg.string({
        description: 'The password of the account; not needed within 15 minutes of a sign-in.',
      }),
    },
    resolve: (_root, { id, password }, context) =>
      exportRepositoryKey(context.app, orgScope(context), id, { password }),
  }),
}));
