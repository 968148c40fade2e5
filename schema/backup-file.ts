import { type BackupFile as BackupFileRow, getBackupFile, listBackupFiles } from '../src/backups/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { backupIdArg } from './backup.ts';

const BackupFileType = builder.enumType('BackupFileType', {
  description: 'What stands at a path of a filestore.',
  values: {
    file: { description: 'A file.' },
    directory: { description: 'A directory.' },
    symlink: { description: 'A symbolic link.' },
    other: { description: 'Something else.' },
  } as const,
});

const BackupFile = builder.objectRef<BackupFileRow>('BackupFile').implement({
  description:
    'What stands at a path of the filestore of a backup. Odoo names the files of attachments by the SHA-1 of their content.',
  fields: (t) => ({
    backupId: t.exposeID('backupId', { description: 'The backup.' }),
    path: t.exposeString('path', { description: 'Its path below the filestore.' }),
    name: t.exposeString('name', { description: 'The last part of its path.' }),
    type: t.expose('type', { type: BackupFileType, description: 'What it is.' }),
    sizeBytes: t.expose('sizeBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'The size of a file; null for anything else.',
    }),
    modifiedAt: t.expose('modifiedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its content was last changed; null if the backup does not tell.',
    }),
  }),
});

builder.queryFields((t) => ({
  backupFiles: t.connection(
    {
      type: BackupFile,
      authScopes: { permission: 'view:backups' },
      description:
        'What a directory of the filestore of a completed backup contains, in the order of the paths. It is read from the backup itself by a server, which takes seconds.',
      args: {
        backupId: t.arg.id(backupIdArg),
        path: t.arg.string({ description: 'The directory, up to 500 bytes. Default: the whole filestore.' }),
        recursive: t.arg.boolean({
          description: 'Whether to list what is below its directories, too. Default: false.',
        }),
      },
      resolve: async (_root, args, context) =>
        connectionOf(await listBackupFiles(context.app, orgScope(context), args)),
    },
    { description: 'A page of files of a backup.' },
    { description: 'One file of a page.' },
  ),
  backupFileContent: t.field({
    type: BackupFile,
    authScopes: { permission: 'manage:backups' },
    description:
      'A file of the filestore of a completed backup, for those who may read all data of it. `GET /api/backups/{id}/files/content` sends its bytes.',
    args: {
      backupId: t.arg.id(backupIdArg),
      path: t.arg.string({ required: true, description: 'Its path below the filestore, up to 500 bytes.' }),
    },
    resolve: (_root, args, context) => getBackupFile(context.app, orgScope(context), args),
  }),
}));
