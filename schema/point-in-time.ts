import type { Operation as OperationRow } from '../prisma/generated/client/client.ts';
import {
  archiveAtOnce,
  disablePointInTime,
  enablePointInTime,
  type PointInTime as PointInTimeRow,
  pointInTime,
  restorePoint,
  takeBaseBackup,
} from '../src/pitr/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { Operation } from './operation.ts';

const PointInTimeStatus = builder.enumType('PointInTimeStatus', {
  description: 'The status of point-in-time restores.',
  values: {
    off: { description: 'Changes are not archived.' },
    starting: { description: 'Archiving begins.' },
    active: { description: 'Changes are archived.' },
    lagging: { description: 'The newest second that can be restored is more than five minutes ago.' },
    broken: { description: 'Changes were lost before they were archived; archiving begins again by itself.' },
    failed: { description: 'Archiving could not be started or ended; `statusMessage` says why. Enable it again.' },
    stopping: { description: 'Archiving ends, and what was archived is removed.' },
  } as const,
});

const Range = builder.objectRef<PointInTimeRow['ranges'][number]>('PointInTimeRange').implement({
  description: 'A stretch of time of which every second can be restored.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Its first moment.' }),
    to: t.expose('to', { type: 'DateTime', description: 'Its last moment.' }),
  }),
});

const PointInTime = builder.objectRef<PointInTimeRow>('PointInTime').implement({
  description: 'To which points in time the database of an instance can be restored.',
  fields: (t) => ({
    instanceId: t.exposeID('instanceId', { description: 'The instance.' }),
    status: t.expose('status', { type: PointInTimeStatus, description: 'The status.' }),
    statusMessage: t.string({
      nullable: true,
      description: 'The reason for the status, and why changes could not be archived the last time.',
      resolve: ({ archive }) => archive?.statusMessage ?? null,
    }),
    destinationId: t.id({
      nullable: true,
      description: 'The backup destination that holds the archive; null while it is off.',
      resolve: ({ archive }) => archive?.repository.destinationId ?? null,
    }),
    retentionDays: t.int({
      nullable: true,
      description: 'How many days back can be restored, at least; null while it is off.',
      resolve: ({ archive }) => archive?.retentionDays ?? null,
    }),
    oldest: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The oldest moment that can be restored; null before the first base backup.',
      resolve: ({ ranges }) => ranges[0]?.from ?? null,
    }),
    newest: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The newest moment that can be restored; null before the first base backup.',
      resolve: ({ ranges }) => ranges.at(-1)?.to ?? null,
    }),
    ranges: t.field({
      type: [Range],
      description: 'What can be restored between `oldest` and `newest`: more than one where changes were lost.',
      resolve: ({ ranges }) => [...ranges],
    }),
    lagSeconds: t.float({
      nullable: true,
      description: 'How long ago the newest moment is, now; null before the first base backup.',
      resolve: ({ archive }) =>
        archive?.newestAt ? Math.max(0, Math.round(Date.now() - archive.newestAt.getTime()) / 1000) : null,
    }),
    lagBytes: t.field({
      type: 'ByteSize',
      nullable: true,
      description: 'How much the database had written that was not archived, when it was last looked at.',
      resolve: ({ archive }) => archive?.lagBytes ?? null,
    }),
    baseBackups: t.int({
      description: 'How many base backups there are. One is made every day.',
      resolve: ({ bases }) => bases.length,
    }),
    archivedBytes: t.field({
      type: 'ByteSize',
      description: 'The size of its base backups, before what they have in common is taken off.',
      resolve: ({ bases }) => bases.reduce((sum, { bytes }) => sum + bytes, 0n),
    }),
    checkedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the database was last looked at. It moves with each check of the server.',
      resolve: ({ archive }) => archive?.checkedAt ?? null,
    }),
  }),
});

interface Payload {
  pointInTime: PointInTimeRow;
  operation: OperationRow | null;
  message: string;
}
const PointInTimePayload = builder.objectRef<Payload>('PointInTimePayload').implement({
  description: 'What can be restored, and the operation that was started.',
  fields: (t) => ({
    pointInTime: t.field({
      type: PointInTime,
      description: 'What can be restored.',
      resolve: (row) => row.pointInTime,
    }),
    operation: t.field({
      type: Operation,
      nullable: true,
      description: 'The operation that was started; null if none is needed.',
      resolve: (row) => row.operation,
    }),
    message: t.exposeString('message', { description: 'What happens.' }),
  }),
});

const EnablePointInTimeInput = builder.inputType('EnablePointInTimeInput', {
  description: 'Where changes are archived, and for how long.',
  fields: (t) => ({
    destinationId: t.id({ required: true, description: 'The backup destination.' }),
    retentionDays: t.int({
      description: 'How many days back can be restored, at least, from 1 to 90; 7 if it is not given.',
    }),
  }),
});
const RestorePointInput = builder.inputType('RestorePointInTimeInput', {
  description: 'The point in time.',
  fields: (t) => ({
    time: t.field({
      type: 'DateTime',
      required: true,
      description: 'Everything that was committed up to it is there afterwards, and nothing else.',
    }),
    confirmName: t.string({
      description: 'The exact name of the instance. Required if it is protected or in production.',
    }),
  }),
});

const instanceArg = { required: true as const, description: 'The instance.' };

builder.queryFields((t) => ({
  pointInTime: t.field({
    type: PointInTime,
    authScopes: { permission: 'view:databases' },
    description:
      'To which points in time the database of an instance can be restored, and how far archiving is behind.',
    args: { instanceId: t.arg.id(instanceArg) },
    resolve: (_root, { instanceId }, context) => pointInTime(orgScope(context), instanceId),
  }),
}));

builder.mutationFields((t) => ({
  enablePointInTime: t.field({
    type: PointInTimePayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Archives every change of the database at a destination, so that each second can be restored. Needs manage:backups, too. Of one that is enabled, changes how many days are kept; of one that failed, begins again.',
    args: {
      instanceId: t.arg.id(instanceArg),
      input: t.arg({ type: EnablePointInTimeInput, required: true, description: 'Where, and for how long.' }),
    },
    resolve: (_root, { instanceId, input }, context) =>
      enablePointInTime(context.app, orgScope(context), instanceId, input),
  }),
  disablePointInTime: t.field({
    type: PointInTimePayload,
    authScopes: { permission: 'manage:databases' },
    description: 'Ends archiving and removes what was archived. Needs manage:backups, too. Backups stay.',
    args: { instanceId: t.arg.id(instanceArg) },
    resolve: (_root, { instanceId }, context) => disablePointInTime(context.app, orgScope(context), instanceId),
  }),
  archivePointInTime: t.field({
    type: PointInTimePayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Archives the changes up to now at once, in place of within the next minute. Needs manage:backups, too.',
    args: { instanceId: t.arg.id(instanceArg) },
    resolve: (_root, { instanceId }, context) => archiveAtOnce(context.app, orgScope(context), instanceId),
  }),
  takeBaseBackup: t.field({
    type: PointInTimePayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Makes a base backup at once, in place of within a day: restores need less time then. Needs manage:backups, too.',
    args: { instanceId: t.arg.id(instanceArg) },
    resolve: (_root, { instanceId }, context) => takeBaseBackup(context.app, orgScope(context), instanceId),
  }),
  restorePointInTime: t.field({
    type: PointInTimePayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Brings the database of an instance back to a point in time. Needs manage:backups, too. The database that served stays until Odoo is healthy with the restored one, and the time before the restore can still be restored.',
    args: {
      instanceId: t.arg.id(instanceArg),
      input: t.arg({ type: RestorePointInput, required: true, description: 'The point in time.' }),
    },
    resolve: (_root, { instanceId, input }, context) => restorePoint(context.app, orgScope(context), instanceId, input),
  }),
}));
