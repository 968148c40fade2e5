import { z } from 'zod';
import type { Backup as BackupRow } from '../prisma/generated/client/client.ts';
import { backupsById, getBackup, listBackups, listEnvironmentBackups } from '../src/backups/index.ts';
import { getEnvironment } from '../src/projects/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { timeSort } from './list-sort.ts';
import { currentOperationOf, visibleEnvironment } from './loaders.ts';
import { Environment } from './environment.ts';
import { Node } from './node.ts';
import { Operation } from './operation.ts';
import { watch } from './watch.ts';
import { afterArg, type Changed, ChangeKind, watchAll } from './watch-all.ts';

export const BackupStatus = builder.enumType('BackupStatus', {
  description: 'The status of a backup. The last three are final.',
  values: {
    pending: { description: 'Waiting for a worker.' },
    running: { description: 'In progress.' },
    completed: { description: 'Written and read back.' },
    failed: { description: 'Failed, or found damaged; statusMessage gives the reason.' },
    cancelled: { description: 'Cancelled. Nothing of it is left.' },
  } as const,
});
export const BackupType = builder.enumType('BackupType', {
  description: 'Why a backup was taken.',
  values: {
    manual: { description: 'Somebody asked for it.' },
    scheduled: { description: 'A schedule asked for it.' },
    pre_deploy: { description: 'Before a deployment.' },
    pre_restore: { description: 'Before a restore over the data.' },
    pre_delete: { description: 'Before the instance was deleted.' },
    pre_upgrade: { description: 'Before an upgrade.' },
  } as const,
});

const progressShape = z.object({
  part: z.enum(['database', 'upload']),
  bytesDone: z.number(),
  bytesTotal: z.number(),
  bytesPerSecond: z.number().nullable(),
  secondsRemaining: z.number().nullable(),
});

const BackupPart = builder.enumType('BackupPart', {
  description: 'What is being done.',
  values: {
    database: { description: 'The database is dumped on the server.' },
    upload: { description: 'The dump and the filestore are read, and what is new of them is written.' },
  } as const,
});
const BackupProgress = builder.objectRef<z.infer<typeof progressShape>>('BackupProgress').implement({
  description: 'How far a backup is.',
  fields: (t) => ({
    part: t.expose('part', { type: BackupPart, description: 'What is being done.' }),
    bytesDone: t.expose('bytesDone', {
      type: 'ByteSize',
      description: 'The bytes that this part has read or written.',
    }),
    bytesTotal: t.expose('bytesTotal', {
      type: 'ByteSize',
      description:
        'The bytes of the whole part. Of the dump, an upper bound: the size of the database with its indexes.',
    }),
    bytesPerSecond: t.expose('bytesPerSecond', {
      type: 'ByteSize',
      nullable: true,
      description: 'The throughput since the part began; null if it is not known yet.',
    }),
    secondsRemaining: t.exposeInt('secondsRemaining', {
      nullable: true,
      description: 'An estimate of the seconds until its end; null if nothing tells.',
    }),
  }),
});

const sum = ({ databaseBytes, filestoreBytes }: BackupRow): bigint | null =>
  databaseBytes === null && filestoreBytes === null ? null : (databaseBytes ?? 0n) + (filestoreBytes ?? 0n);

export const Backup = builder.objectRef<BackupRow>('Backup').implement({
  interfaces: [Node],
  description: 'A snapshot of an instance: its database, its filestore and a manifest. It outlives the instance.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    status: t.expose('status', { type: BackupStatus, description: 'The status.' }),
    statusMessage: t.exposeString('statusMessage', { nullable: true, description: 'The reason for the status.' }),
    backupType: t.expose('backupType', { type: BackupType, description: 'Why it was taken.' }),
    instanceId: t.exposeID('instanceId', { description: 'The instance, which may be gone.' }),
    instanceName: t.exposeString('instanceName', { description: 'The name that the instance had.' }),
    environmentId: t.exposeID('environmentId', { description: 'The environment, which may be gone.' }),
    environment: t.field({
      type: Environment,
      nullable: true,
      description: 'The environment; null if it is gone, or without the permission view:environments.',
      resolve: (row, _args, context) => visibleEnvironment(context, row.environmentId, row.projectId),
    }),
    projectId: t.exposeID('projectId', { description: 'The project that it belongs to.' }),
    destinationId: t.exposeID('destinationId', {
      nullable: true,
      description: 'Where it is kept. Null: beside the instance on its server, and removed with it.',
    }),
    copyOfId: t.exposeID('copyOfId', {
      nullable: true,
      description: 'The backup that it is a copy of, which may be gone; null if it is no copy.',
    }),
    includeFilestore: t.exposeBoolean('includeFilestore', { description: 'Whether it has the filestore.' }),
    notes: t.exposeString('notes', { description: 'What somebody wrote about it.' }),
    pinned: t.exposeBoolean('pinned', {
      description: 'Whether it is kept whatever retention says, and cannot be deleted.',
    }),
    databaseSize: t.expose('databaseBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'The size of the dump; null until it is written.',
    }),
    filestoreSize: t.expose('filestoreBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'The size of the filestore; null until it is written.',
    }),
    totalSize: t.field({
      type: 'ByteSize',
      nullable: true,
      description: 'Both sizes together; null until it is written.',
      resolve: sum,
    }),
    addedSize: t.expose('addedBytes', {
      type: 'ByteSize',
      nullable: true,
      description:
        'What the repository grew by: compressed, without what earlier backups of the instance have already. Null until it is written, and for a copy.',
    }),
    snapshotId: t.exposeString('snapshotId', {
      nullable: true,
      description: 'The id of the snapshot in its restic repository; null until it is written.',
    }),
    progress: t.field({
      type: BackupProgress,
      nullable: true,
      description: 'How far it is; null unless it is running.',
      resolve: (row) => progressShape.safeParse(row.progress).data ?? null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was requested.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When a worker began it.' }),
    completedAt: t.expose('completedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
    durationSeconds: t.float({
      nullable: true,
      description: 'The seconds that it took; null until it has ended.',
      resolve: ({ startedAt, completedAt }) =>
        startedAt && completedAt ? (completedAt.getTime() - startedAt.getTime()) / 1000 : null,
    }),
    isVerified: t.boolean({
      description: 'Whether it was read back whole, and was what had been written.',
      resolve: (row) => row.verifiedAt !== null,
    }),
    verifiedAt: t.expose('verifiedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last read back whole.',
    }),
    currentOperationId: t.id({
      nullable: true,
      description:
        'The operation that works on it or waits to; null if there is none, or without the permission view:operations.',
      resolve: async (row, _args, context) => (await currentOperationOf(context, row))?.id ?? null,
    }),
    currentOperation: t.field({
      type: Operation,
      nullable: true,
      description:
        'The operation that works on it or waits to; null if there is none, or without the permission view:operations.',
      resolve: (row, _args, context) => currentOperationOf(context, row),
    }),
  }),
});
export const backupIdArg = { required: true as const, description: 'The backup.' };

const BackupPage = builder.connectionObject(
  { type: Backup, name: 'QueryBackupsConnection', description: 'A page of backups.' },
  { name: 'QueryBackupsConnectionEdge', description: 'One backup of a page.' },
);
const backupFilters = builder.args((t) => ({
  instanceId: t.id({ description: 'Only backups of this instance.' }),
  destinationId: t.id({ description: 'Only backups at this destination.' }),
  copyOfId: t.id({ description: 'Only copies of this backup.' }),
  statuses: t.field({ type: [BackupStatus], description: 'Only backups with one of these statuses.' }),
  backupTypes: t.field({ type: [BackupType], description: 'Only backups of these types.' }),
  sort: t.field(timeSort),
}));

builder.queryFields((t) => ({
  backup: t.field({
    type: Backup,
    authScopes: { permission: 'view:backups' },
    description: 'One backup.',
    args: { id: t.arg.id(backupIdArg) },
    resolve: (_root, { id }, context) => getBackup(orgScope(context), id),
  }),
  backups: t.connection(
    {
      type: Backup,
      authScopes: { permission: 'view:backups' },
      description: 'All backups, also those of instances and environments that are gone.',
      args: { environmentId: t.arg.id({ description: 'Only backups of this environment.' }), ...backupFilters },
      resolve: async (_root, args, context) => connectionOf(await listBackups(orgScope(context), args)),
    },
    BackupPage,
  ),
  environmentBackups: t.connection(
    {
      type: Backup,
      authScopes: { permission: 'view:backups' },
      description: 'The backups of an environment.',
      args: { environmentId: t.arg.id({ required: true, description: 'The environment.' }), ...backupFilters },
      resolve: async (_root, { environmentId, ...args }, context) =>
        connectionOf(await listEnvironmentBackups(orgScope(context), environmentId, args)),
    },
    BackupPage,
  ),
}));

const BackupChange = builder.objectRef<Changed<BackupRow>>('BackupChange').implement({
  description: 'A change of a backup.',
  fields: (t) => ({
    change: t.expose('change', { type: ChangeKind, description: 'What happened.' }),
    backupId: t.exposeID('id', { description: 'The id of the backup.' }),
    backup: t.expose('row', { type: Backup, nullable: true, description: 'The backup now; null if deleted.' }),
  }),
});
const watchBackups = watchAll<BackupRow>({
  type: 'backup',
  permission: 'view:backups',
  read: backupsById,
  isDeleted: () => false,
});

builder.subscriptionFields((t) => ({
  backupsUpdated: t.field({
    type: BackupChange,
    authScopes: { permission: 'view:backups' },
    description: 'Every backup that changes, with its progress. Changes in quick succession come as one.',
    args: {
      environmentId: t.arg.id({ description: 'Only backups of this environment.' }),
      after: t.arg.id(afterArg),
    },
    subscribe: async (_root, { environmentId, after }, context) => {
      const scope = orgScope(context);
      if (environmentId) await getEnvironment(scope, environmentId);
      return watchBackups(context, scope, after, (row) => !environmentId || row.environmentId === environmentId);
    },
    resolve: (changed: Changed<BackupRow>) => changed,
  }),
  backupUpdated: t.field({
    type: Backup,
    authScopes: { permission: 'view:backups' },
    description: 'The current backup, and again after every change of it or of its progress.',
    args: { id: t.arg.id(backupIdArg) },
    subscribe: async (_root, { id }, context) => {
      await getBackup(orgScope(context), id);
      return watch(context, 'view:backups', [`backup:${id}`], (scope) => getBackup(scope, id));
    },
    resolve: (row: BackupRow) => row,
  }),
}));
