import type { AuditEntry as AuditRow } from '../prisma/generated/client/client.ts';
import { type AuditExport, exportAuditEntries } from '../src/audit/export.ts';
import { listAuditEntries } from '../src/audit/list.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { Node } from './node.ts';

const ActorType = builder.enumType('ActorType', { description: 'Who did something.', values: { user: { description: 'A person.' }, api_key: { description: 'An API key.' }, system: { description: 'oCore itself.' } } as const });
const ExportFormat = builder.enumType('AuditExportFormat', { description: 'The format of an export.', values: { json: { description: 'A JSON array.' }, csv: { description: 'Comma-separated values with a header line.' } } as const });

function actorTypeOf(type: string): 'user' | 'api_key' | 'system' {
  return type === 'user' || type === 'api_key' ? type : 'system';
}

export const AuditEntry = builder.objectRef<AuditRow>('AuditEntry').implement({
  interfaces: [Node],
  description: 'One thing that happened, by whom and from where. Entries are never changed.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    action: t.exposeString('action', { description: 'What happened, as `<resource>.<what happened>`.' }),
    resourceType: t.exposeString('resourceType', { description: 'The type of what it happened to.' }),
    resourceId: t.exposeID('resourceId', { nullable: true, description: 'The id of what it happened to.' }),
    resourceName: t.exposeString('resourceName', { nullable: true, description: 'The name that it had then.' }),
    actorType: t.field({ type: ActorType, description: 'What kind of actor did it.', resolve: (row) => actorTypeOf(row.actorType) }),
    userId: t.exposeID('actorId', { nullable: true, description: 'The id of the person or API key that did it.' }),
    userName: t.exposeString('actorName', { nullable: true, description: 'The name that the actor had then.' }),
    ipAddress: t.exposeString('ipAddress', { nullable: true, description: 'Where the request came from.' }),
    userAgent: t.exposeString('userAgent', { nullable: true, description: 'The program that sent the request.' }),
    requestId: t.exposeString('requestId', { description: 'The request; log lines and operations have it too.' }),
    beforeState: t.expose('beforeState', { type: 'JSON', nullable: true, description: 'What mattered before. Never secrets.' }),
    afterState: t.expose('afterState', { type: 'JSON', nullable: true, description: 'What mattered after. Never secrets.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it happened.' }),
  }),
});

const AuditExportFile = builder.objectRef<AuditExport>('AuditExport').implement({
  description: 'A part of the trail as a file.',
  fields: (t) => ({
    filename: t.exposeString('filename', { description: 'A name for the file.' }),
    contentType: t.exposeString('contentType', { description: 'Its media type.' }),
    content: t.exposeString('content', { description: 'The file.' }),
  }),
});

builder.queryFields((t) => {
  const filter = {
    resourceType: t.arg.string({ description: 'Only what happened to this type of resource, such as server.' }),
    resourceId: t.arg.id({ description: 'Only what happened to this resource.' }),
    action: t.arg.string({ description: 'Only this action, such as server.created; `server.*` means all of a resource.' }),
    userId: t.arg.id({ description: 'Only what this person or API key did.' }),
    startDate: t.arg({ type: 'DateTime', description: 'Only from this time on.' }),
    endDate: t.arg({ type: 'DateTime', description: 'Only before this time.' }),
  };
  return {
    auditLogs: t.connection({
      type: AuditEntry, authScopes: { permission: 'view:audit_logs' }, description: 'The organization’s trail, newest first.',
      args: filter,
      resolve: async (_root, args, context) => connectionOf(await listAuditEntries(orgScope(context), args)),
    }, { description: 'A page of the trail.' }, { description: 'One entry of a page.' }),
    auditLogExport: t.field({
      type: AuditExportFile, authScopes: { permission: 'view:audit_logs' }, 
      description: 'The newest entries that match, at most 10,000 and 16 MiB, as a file. It costs 10,000 points, so that an operation has one. ' +
        '`GET /api/audit-logs/export` sends the same row by row.',
      args: { ...filter, format: t.arg({ type: ExportFormat, defaultValue: 'json', description: 'The format.' }) },
      resolve: (_root, { format, ...args }, context) => exportAuditEntries(orgScope(context), format ?? 'json', args),
    }),
  };
});
