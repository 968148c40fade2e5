import type { AuditEntry as AuditRow } from '../prisma/generated/client/client.ts';
import { type AuditExport, exportAuditEntries } from '../src/audit/export.ts';
import { listAuditEntries } from '../src/audit/list.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { Node } from './node.ts';

export const ActorType = builder.enumType('ActorType', {
  description: 'The kind of actor.',
  values: {
    user: { description: 'A user.' },
    api_key: { description: 'An API key.' },
    system: { description: 'oCore itself.' },
  } as const,
});
const ExportFormat = builder.enumType('AuditExportFormat', {
  description: 'The format of an export.',
  values: {
    json: { description: 'A JSON array.' },
    csv: { description: 'Comma-separated values with a header line.' },
  } as const,
});

export function actorTypeOf(type: string): 'user' | 'api_key' | 'system' {
  return type === 'user' || type === 'api_key' ? type : 'system';
}

export const AuditEntry = builder.objectRef<AuditRow>('AuditEntry').implement({
  interfaces: [Node],
  description: 'One entry of the audit log: what happened, who did it and from where. Entries never change.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    action: t.exposeString('action', { description: 'The action, as `<resource>.<event>`.' }),
    resourceType: t.exposeString('resourceType', { description: 'The type of the resource.' }),
    resourceId: t.exposeID('resourceId', { nullable: true, description: 'The id of the resource.' }),
    resourceName: t.exposeString('resourceName', {
      nullable: true,
      description: 'The name of the resource at that time.',
    }),
    actorType: t.field({
      type: ActorType,
      description: 'The kind of actor.',
      resolve: (row) => actorTypeOf(row.actorType),
    }),
    userId: t.exposeID('actorId', { nullable: true, description: 'The id of the user or API key.' }),
    userName: t.exposeString('actorName', { nullable: true, description: 'The name of the actor at that time.' }),
    ipAddress: t.exposeString('ipAddress', { nullable: true, description: 'The IP address of the request.' }),
    userAgent: t.exposeString('userAgent', { nullable: true, description: 'The user agent of the request.' }),
    requestId: t.exposeString('requestId', {
      description: 'The id of the request; log lines and operations have it too.',
    }),
    beforeState: t.expose('beforeState', {
      type: 'JSON',
      nullable: true,
      description: 'The state before the change, without secrets.',
    }),
    afterState: t.expose('afterState', {
      type: 'JSON',
      nullable: true,
      description: 'The state after the change, without secrets.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it happened.' }),
  }),
});

const AuditExportFile = builder.objectRef<AuditExport>('AuditExport').implement({
  description: 'A part of the audit log as a file.',
  fields: (t) => ({
    filename: t.exposeString('filename', { description: 'A name for the file.' }),
    contentType: t.exposeString('contentType', { description: 'Its media type.' }),
    content: t.exposeString('content', { description: 'The file.' }),
  }),
});

builder.queryFields((t) => {
  const filter = {
    resourceType: t.arg.string({ description: 'Only entries of this resource type, such as server.' }),
    resourceId: t.arg.id({ description: 'Only entries of this resource.' }),
    action: t.arg.string({
      description: 'Only this action, such as server.created. `server.*` matches all actions of a resource.',
    }),
    userId: t.arg.id({ description: 'Only actions of this user or API key.' }),
    search: t.arg.string({
      description: 'Only entries with this text in their action, or in the name of the resource or the actor.',
    }),
    startDate: t.arg({ type: 'DateTime', description: 'Only entries at or after this time.' }),
    endDate: t.arg({ type: 'DateTime', description: 'Only entries before this time.' }),
  };
  return {
    auditLogs: t.connection(
      {
        type: AuditEntry,
        authScopes: { permission: 'view:audit_logs' },
        description: 'The audit log of the organization, newest first.',
        args: filter,
        resolve: async (_root, args, context) => connectionOf(await listAuditEntries(orgScope(context), args)),
      },
      { description: 'A page of the audit log.' },
      { description: 'One entry of a page.' },
    ),
    auditLogExport: t.field({
      type: AuditExportFile,
      authScopes: { permission: 'view:audit_logs' },
      description:
        'The matching entries as a file, newest first. In GraphQL, an export of more than 10,000 entries or 16 MiB is refused; ' +
        '`GET /api/audit-logs/export` streams any number of entries. It costs 10,000 points, so an operation can contain only one export.',
      args: { ...filter, format: t.arg({ type: ExportFormat, defaultValue: 'json', description: 'The format.' }) },
      resolve: (_root, { format, ...args }, context) => exportAuditEntries(orgScope(context), format ?? 'json', args),
    }),
  };
});
