import { restoreBackup } from '../src/restores/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { RestorePayload } from './transfer.ts';

const RestoreTarget = builder.enumType('RestoreTarget', {
  description: 'Where a backup is restored to.',
  values: {
    original: { description: 'The instance that it was taken of.' },
    existing: { description: 'Another instance, in whatever environment and on whatever server.' },
    new: { description: 'A new instance, made with the image that the backup names.' },
  } as const,
});

const RestoreBackupInput = builder.inputType('RestoreBackupInput', {
  description: 'Where a backup is restored to, and what of it.',
  fields: (t) => ({
    target: t.field({ type: RestoreTarget, description: 'Where to. Default: original.' }),
    instanceId: t.id({ description: 'The instance to restore into. Required for the target existing.' }),
    name: t.string({ description: 'The name of the new instance. Required for the target new.' }),
    slug: t.string({ description: 'The slug of the new instance. Default: made from the name.' }),
    serverId: t.id({ description: 'The server of the new instance. Default: that of the original.' }),
    environmentId: t.id({ description: 'The environment of the new instance. Default: that of the backup.' }),
    adminEmail: t.string({
      description: 'The e-mail kept for the administrator of the new instance. Default: that of the original.',
    }),
    deletionProtected: t.boolean({
      description: 'Whether the new instance is protected. Default: whether it is in production.',
    }),
    database: t.boolean({ description: 'Whether to restore the database. Default: true.' }),
    filestore: t.boolean({ description: 'Whether to restore the files. Default: whether the backup has them.' }),
    files: t.stringList({
      description:
        'Only these files, by their paths below the filestore: 1 to 100, of up to 500 bytes each. Odoo goes on running. Leave out database, filestore and safetyBackup then; the instance must run.',
    }),
    safetyBackup: t.boolean({
      description: 'Whether to take a backup of the present data first, of the type pre_restore. Default: true.',
    }),
    confirmName: t.string({
      description:
        'The exact name of the instance that is overwritten. Required if it is protected or in production; a wrong name is always refused.',
    }),
  }),
});

builder.mutationField('restoreBackup', (t) =>
  t.field({
    type: RestorePayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Restores a completed backup. It is loaded and checked beside the data that serves; then Odoo is stopped, the data are exchanged, and Odoo is started. If anything fails, the data from before serves again. Single files are put into their places while Odoo runs. Needs manage:backups where the backup is, manage:databases where the instance is, and manage:instances for a new one.',
    args: {
      id: t.arg.id({ required: true, description: 'The backup.' }),
      input: t.arg({ type: RestoreBackupInput, required: true, description: 'Where to, and what of it.' }),
    },
    resolve: (_root, { id, input }, context) => restoreBackup(context.app, orgScope(context), id, input),
  }),
);
