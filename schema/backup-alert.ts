import type { BackupAlert as Row } from '../prisma/generated/client/client.ts';
import { countAlerts, listAlerts, markAlert } from '../src/backup-schedules/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { Node } from './node.ts';

const BackupAlert = builder.objectRef<Row>('BackupAlert').implement({
  interfaces: [Node],
  description: 'Something that somebody should know about scheduled backups.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    alertType: t.exposeString('alertType', {
      description:
        '`failed`: a backup failed; `missed`: one that was due was not made; `shrunken`: one is much smaller than those before it; `stale`: there has been no good one for several runs.',
    }),
    message: t.exposeString('message', { description: 'What happened, in words.' }),
    environmentId: t.exposeID('environmentId', { description: 'The environment.' }),
    instanceId: t.exposeID('instanceId', { nullable: true, description: 'The instance.' }),
    instanceName: t.exposeString('instanceName', { nullable: true, description: 'Its name at that time.' }),
    scheduleId: t.exposeID('scheduleId', { nullable: true, description: 'The schedule; it may be gone.' }),
    backupId: t.exposeID('backupId', { nullable: true, description: 'The backup, if it is about one.' }),
    readAt: t.expose('readAt', { type: 'DateTime', nullable: true, description: 'When it was first marked as read.' }),
    dismissedAt: t.expose('dismissedAt', { type: 'DateTime', nullable: true, description: 'When it was dismissed.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was raised.' }),
  }),
});

const BackupAlertCount = builder.objectRef<{ undismissed: number; unread: number }>('BackupAlertCount').implement({
  description: 'How many backup alerts there are.',
  fields: (t) => ({
    undismissed: t.exposeInt('undismissed', { description: 'Those that were not dismissed.' }),
    unread: t.exposeInt('unread', { description: 'Those of them that nobody has marked as read.' }),
  }),
});
const idArg = { required: true as const, description: 'The alert.' };

builder.queryFields((t) => ({
  backupAlerts: t.connection(
    {
      type: BackupAlert,
      authScopes: { permission: 'view:backups' },
      description: 'The backup alerts, newest first.',
      args: {
        includeDismissed: t.arg.boolean({ description: 'Whether dismissed ones are included. Default: false.' }),
        environmentId: t.arg.id({ description: 'Only alerts of this environment.' }),
      },
      resolve: async (_root, args, context) => connectionOf(await listAlerts(orgScope(context), args)),
    },
    { description: 'A page of backup alerts.' },
    { description: 'One backup alert of a page.' },
  ),
  backupAlertCount: t.field({
    type: BackupAlertCount,
    authScopes: { permission: 'view:backups' },
    description: 'How many backup alerts there are.',
    resolve: (_root, _args, context) => countAlerts(orgScope(context)),
  }),
}));

builder.mutationFields((t) => ({
  readBackupAlert: t.field({
    type: BackupAlert,
    authScopes: { permission: 'manage:backups' },
    description: 'Marks a backup alert as read, for everybody.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => markAlert(context.app, orgScope(context), id, 'read'),
  }),
  dismissBackupAlert: t.field({
    type: BackupAlert,
    authScopes: { permission: 'manage:backups' },
    description: 'Dismisses a backup alert, for everybody.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => markAlert(context.app, orgScope(context), id, 'dismissed'),
  }),
}));
