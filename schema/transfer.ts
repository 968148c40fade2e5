import type {
  Instance as InstanceRow,
  Operation as OperationRow,
  Transfer as TransferRow,
} from '../prisma/generated/client/client.ts';
import {
  beginImport,
  continueUpload,
  exportInstance,
  getTransfer,
  getTransferContent,
  importTransfer,
  listTransfers,
  removeTransfer,
} from '../src/transfers/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { Instance } from './instance.ts';
import { personOf } from './loaders.ts';
import { Node } from './node.ts';
import { Operation } from './operation.ts';
import { User } from './user.ts';

const TransferDirection = builder.enumType('TransferDirection', {
  description: 'Where a file goes.',
  values: {
    export: { description: 'Made of an instance, to be downloaded.' },
    import: { description: 'Uploaded for an instance, to replace its data.' },
  } as const,
});
const TransferStatus = builder.enumType('TransferStatus', {
  description: 'The status of a file.',
  values: {
    preparing: { description: 'It is being written, or room is being made for it.' },
    receiving: { description: 'Its parts can be sent.' },
    ready: { description: 'All of it is there: it can be downloaded, or imported.' },
    failed: { description: 'It failed; statusMessage gives the reason.' },
    removing: { description: 'Being removed from the server.' },
    removed: { description: 'Removed from the server.' },
  } as const,
});

const Transfer = builder.objectRef<TransferRow>('Transfer').implement({
  interfaces: [Node],
  description:
    'A zip of Odoo’s own database manager on the server of an instance: an export that can be downloaded, or an upload that can be imported.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    instanceId: t.exposeID('instanceId', { description: 'The instance that it is from or for.' }),
    direction: t.expose('direction', { type: TransferDirection, description: 'Whether it is an export or an import.' }),
    status: t.expose('status', { type: TransferStatus, description: 'The status.' }),
    statusMessage: t.exposeString('statusMessage', { nullable: true, description: 'Why it failed; null otherwise.' }),
    filename: t.exposeString('filename', { description: 'The name of the file.' }),
    includeFilestore: t.exposeBoolean('includeFilestore', {
      description: 'Whether an export has the files of the instance besides its database.',
    }),
    sizeBytes: t.expose('sizeBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'The size of the file; null until an export is written.',
    }),
    receivedBytes: t.expose('receivedBytes', {
      type: 'ByteSize',
      description: 'How many bytes of an upload are on the disk of the server. The next part begins there.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When the file is removed from the server: a day after it was last used.',
    }),
    createdBy: t.field({
      type: User,
      nullable: true,
      description: 'The creator; null after they have left the organization, and for an API key.',
      resolve: (row, _args, context) => personOf(context, row.createdById),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was requested.' }),
  }),
});

const TransferPayload = builder
  .objectRef<{ transfer: TransferRow; operation: OperationRow }>('TransferPayload')
  .implement({
    description: 'A file and the operation that works on it.',
    fields: (t) => ({
      transfer: t.field({ type: Transfer, description: 'The file.', resolve: (row) => row.transfer }),
      operation: t.field({
        type: Operation,
        description: 'The operation that was started.',
        resolve: (row) => row.operation,
      }),
    }),
  });
export const RestorePayload = builder
  .objectRef<{ instance: InstanceRow; operation: OperationRow }>('RestorePayload')
  .implement({
    description: 'An instance whose data is replaced, and the operation that does it.',
    fields: (t) => ({
      instance: t.field({ type: Instance, description: 'The instance.', resolve: (row) => row.instance }),
      operation: t.field({
        type: Operation,
        description: 'The operation that was started.',
        resolve: (row) => row.operation,
      }),
    }),
  });

const ExportInstanceInput = builder.inputType('ExportInstanceInput', {
  description: 'What is exported.',
  fields: (t) => ({
    includeFilestore: t.boolean({ description: 'Whether to include the files besides the database. Default: true.' }),
  }),
});
const BeginImportInput = builder.inputType('BeginImportInput', {
  description: 'The file that will be uploaded.',
  fields: (t) => ({
    sizeBytes: t.field({ type: 'ByteSize', required: true, description: 'The exact size of the file, up to 1 TiB.' }),
    filename: t.string({ description: 'Its name, up to 200 characters. Default: the slug of the instance.' }),
  }),
});
const idArg = { required: true as const, description: 'The transfer.' };
const instanceArg = { required: true as const, description: 'The instance.' };

builder.queryFields((t) => ({
  transfer: t.field({
    type: Transfer,
    authScopes: { permission: 'view:databases' },
    description: 'One export or import.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => getTransfer(orgScope(context), id),
  }),
  transferContent: t.field({
    type: Transfer,
    authScopes: { permission: 'manage:databases' },
    description:
      'The file of an export, for those who may read all data of its instance. `GET /api/transfers/{id}/content` sends its bytes.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => getTransferContent(orgScope(context), id),
  }),
  transfers: t.connection(
    {
      type: Transfer,
      authScopes: { permission: 'view:databases' },
      description: 'The exports and imports of an instance, newest first.',
      args: {
        instanceId: t.arg.id(instanceArg),
        direction: t.arg({ type: TransferDirection, description: 'Only exports, or only imports.' }),
        status: t.arg({ type: TransferStatus, description: 'Only files with this status.' }),
      },
      resolve: async (_root, { instanceId, ...args }, context) =>
        connectionOf(await listTransfers(orgScope(context), instanceId, args)),
    },
    { description: 'A page of exports and imports.' },
    { description: 'One export or import of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  exportInstance: t.field({
    type: TransferPayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Writes the database and the files of a running instance into a zip that Odoo’s own database manager and `odoo db load` take. Odoo goes on running.',
    args: {
      id: t.arg.id(instanceArg),
      input: t.arg({ type: ExportInstanceInput, required: true, description: 'What is exported.' }),
    },
    resolve: (_root, { id, input }, context) => exportInstance(context.app, orgScope(context), id, input),
  }),
  beginImport: t.field({
    type: TransferPayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Announces the upload of a zip that Odoo’s database manager, `odoo db dump` or an export made. When its status is receiving, send its parts to `PATCH /api/transfers/{id}/content`.',
    args: {
      id: t.arg.id(instanceArg),
      input: t.arg({ type: BeginImportInput, required: true, description: 'The file.' }),
    },
    resolve: (_root, { id, input }, context) => beginImport(context.app, orgScope(context), id, input),
  }),
  continueUpload: t.field({
    type: Transfer,
    authScopes: { permission: 'manage:databases' },
    description:
      'Keeps an unfinished upload for another day, and says from which byte it goes on. Its parts are sent with `PATCH /api/transfers/{id}/content`, as the core of the tus protocol does.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => continueUpload(context.app, orgScope(context), id),
  }),
  importTransfer: t.field({
    type: RestorePayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Replaces the database and the files of an instance with a complete upload. The file is checked, loaded beside the data that serves, and put in its place; if anything fails, the data from before serves again.',
    args: {
      id: t.arg.id(idArg),
      confirmName: t.arg.string({
        description: 'The exact name of the instance. Required if it is protected or in production.',
      }),
      safetyBackup: t.arg.boolean({
        description: 'Whether to take a backup of the present data first. Default: true.',
      }),
    },
    resolve: (_root, { id, ...choice }, context) => importTransfer(context.app, orgScope(context), id, choice),
  }),
  removeTransfer: t.field({
    type: TransferPayload,
    authScopes: { permission: 'manage:databases' },
    description: 'Removes an export or an upload from the server.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => removeTransfer(context.app, orgScope(context), id),
  }),
}));
