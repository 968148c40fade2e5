import {
  type CaughtMail as CaughtMailRow,
  type CaughtMailContent as ContentRow,
  deleteCaughtMails,
  getCaughtMail,
  listCaughtMails,
} from '../src/clones/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';

const CaughtMail = builder.objectRef<CaughtMailRow>('CaughtMail').implement({
  description: 'An e-mail that a copy has sent and its mail catcher has taken. Do not trust what stands in it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    instanceId: t.exposeID('instanceId', { description: 'The copy that sent it.' }),
    from: t.exposeString('from', { description: 'The sender.' }),
    to: t.exposeStringList('to', { description: 'The recipients, up to 200.' }),
    cc: t.exposeStringList('cc', { description: 'Who gets a copy.' }),
    bcc: t.exposeStringList('bcc', { description: 'Who gets a copy without the others seeing it.' }),
    subject: t.exposeString('subject', { description: 'The subject.' }),
    receivedAt: t.expose('receivedAt', { type: 'DateTime', description: 'When it was caught.' }),
    sizeBytes: t.exposeInt('sizeBytes', { description: 'Its size in bytes.' }),
    attachmentCount: t.exposeInt('attachmentCount', { description: 'How many attachments it has.' }),
  }),
});
const CaughtMailAttachment = builder.objectRef<ContentRow['attachments'][number]>('CaughtMailAttachment').implement({
  description: 'An attachment of a caught e-mail.',
  fields: (t) => ({
    fileName: t.exposeString('fileName', { description: 'The name of the file.' }),
    contentType: t.exposeString('contentType', { description: 'The type that its sender gave.' }),
    sizeBytes: t.exposeInt('sizeBytes', { description: 'The size in bytes.' }),
  }),
});
const CaughtMailContent = builder.objectRef<CaughtMailRow & ContentRow>('CaughtMailContent').implement({
  description: 'A caught e-mail with its content.',
  fields: (t) => ({
    mail: t.field({ type: CaughtMail, description: 'The e-mail.', resolve: (row) => row }),
    text: t.exposeString('text', { description: 'Its text.' }),
    html: t.exposeString('html', {
      description: 'Its HTML, as it was sent: show it only where it can run and load nothing.',
    }),
    attachments: t.field({
      type: [CaughtMailAttachment],
      description: 'Its attachments.',
      resolve: (row) => row.attachments,
    }),
  }),
});
const DeletedCaughtMails = builder.objectRef<{ deleted: number }>('DeletedCaughtMails').implement({
  description: 'Caught e-mails that were deleted.',
  fields: (t) => ({ deleted: t.exposeInt('deleted', { description: 'How many.' }) }),
});
const instanceArg = { required: true as const, description: 'The copy.' };

builder.queryFields((t) => ({
  caughtMails: t.connection(
    {
      type: CaughtMail,
      authScopes: { permission: 'view:secrets' },
      description:
        'The e-mails that the mail catcher of a copy has taken, newest first. It keeps the last 500, in memory. They can contain links that let people in, so this needs view:secrets.',
      args: { instanceId: t.arg.id(instanceArg) },
      resolve: async (_root, args, context) =>
        connectionOf(await listCaughtMails(context.app, orgScope(context), args)),
    },
    { description: 'A page of caught e-mails.' },
    { description: 'One caught e-mail of a page.' },
  ),
  caughtMail: t.field({
    type: CaughtMailContent,
    authScopes: { permission: 'view:secrets' },
    description: 'One caught e-mail with its content.',
    args: {
      instanceId: t.arg.id(instanceArg),
      id: t.arg.id({ required: true, description: 'The e-mail.' }),
    },
    resolve: (_root, { instanceId, id }, context) => getCaughtMail(context.app, orgScope(context), instanceId, id),
  }),
}));

builder.mutationFields((t) => ({
  deleteCaughtMails: t.field({
    type: DeletedCaughtMails,
    authScopes: { permission: 'manage:instances' },
    description: 'Deletes caught e-mails of a copy.',
    args: {
      instanceId: t.arg.id(instanceArg),
      id: t.arg.id({ description: 'Only this e-mail. Default: all of them.' }),
    },
    resolve: (_root, { instanceId, id }, context) => deleteCaughtMails(context.app, orgScope(context), instanceId, id),
  }),
}));
