import type { AuditEntry as AuditRow } from '../prisma/generated/client/client.ts';
import { requirePerson } from '../src/access/access.ts';
import { listMemberAccountEvents, listOwnAccountEvents } from '../src/audit/account-events.ts';
import { listAnchors, type ToldAnchor } from '../src/audit/anchors.ts';
import { type AuditExport, exportAuditEntries } from '../src/audit/export.ts';
import { listAuditEntries } from '../src/audit/list.ts';
import { listAllAuditEntries } from '../src/audit/list-all.ts';
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
    administratorId: t.exposeID('administratorId', {
      nullable: true,
      description: 'The id of the administrator of the installation who acted on behalf of the user; else null.',
    }),
    administratorName: t.exposeString('administratorName', {
      nullable: true,
      description: 'The name of that administrator at that time.',
    }),
    orgId: t.exposeID('orgId', {
      nullable: true,
      description: 'The id of the organization; null for what happened to an account or to the installation.',
    }),
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

const AuditAnchor = builder.objectRef<ToldAnchor>('AuditAnchor').implement({
  description: 'A signed link of the hash chain of the audit log, with all that is needed to check the signature.',
  fields: (t) => ({
    kind: t.exposeString('kind', {
      description:
        'daily: the end of the chain on a day. cut: the link after which the chain begins, since older entries are no longer kept.',
    }),
    chain: t.exposeString('chain', { description: 'The chain: the id of the organization.' }),
    seq: t.exposeString('seq', { description: 'The number of the entry in the chain, from 1.' }),
    hash: t.exposeString('hash', { description: 'The hash of the link: SHA-256, in hexadecimal.' }),
    keyId: t.exposeString('keyId', { description: 'The key that signed it.' }),
    publicKey: t.exposeString('publicKey', { description: 'The public key, Ed25519, as PEM.' }),
    signature: t.exposeString('signature', {
      description:
        'The signature in Base64, of these lines: `ocore-audit-anchor-v1`, `chain`, `kind`, `seq`, `hash`, `createdAt`.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was signed.' }),
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
  const { action, search, startDate, endDate, userId } = filter;
  return {
    mySecurityLog: t.connection(
      {
        type: AuditEntry,
        authScopes: { person: true },
        description: 'What happened to your own account: sign-ins, also failed ones, and changes; newest first.',
        args: { action, search, startDate, endDate },
        resolve: async (_root, args, { app, access }) =>
          connectionOf(await listOwnAccountEvents(app, requirePerson(access).userId, args)),
      },
      { description: 'A page of the security log.' },
      { description: 'One entry of a page.' },
    ),
    memberAccountEvents: t.connection(
      {
        type: AuditEntry,
        authScopes: { owner: true },
        description:
          'Sign-ins and other account events of the members of the organization, since they are members; newest first.',
        args: { userId, action, search, startDate, endDate },
        resolve: async (_root, args, context) =>
          connectionOf(await listMemberAccountEvents(context.app, orgScope(context, 'member'), args)),
      },
      { description: 'A page of account events.' },
      { description: 'One entry of a page.' },
    ),
    adminAuditLogs: t.connection(
      {
        type: AuditEntry,
        authScopes: { admin: true },
        description: 'The audit log of all organizations, accounts and the installation, newest first.',
        args: { ...filter, orgId: t.arg.id({ description: 'Only entries of this organization.' }) },
        resolve: async (_root, args, { app }) => connectionOf(await listAllAuditEntries(app, args)),
      },
      { description: 'A page of the audit log of the installation.' },
      { description: 'One entry of a page.' },
    ),
    auditAnchors: t.field({
      type: [AuditAnchor],
      authScopes: { permission: 'view:audit_logs' },
      description:
        'The signed anchors of the hash chain of the audit log, newest first, at most 1,000. Keep them elsewhere to prove later that nothing was removed.',
      resolve: (_root, _args, context) => listAnchors(context.app, orgScope(context)),
    }),
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
