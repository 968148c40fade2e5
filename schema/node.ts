import { requireAdmin, requirePermission } from '../src/access/access.ts';
import type { Permission } from '../src/access/permissions.ts';
import type { OrgScope } from '../src/access/scope.ts';
import { getJob, getOrganization as getAnyOrganization, getUser } from '../src/admin/index.ts';
import { getApiKey } from '../src/api-keys/index.ts';
import { getAuditEntry } from '../src/audit/list.ts';
import { AppError, notFound } from '../src/errors.ts';
import { getPasskey, getSession, getSshKey } from '../src/identity/index.ts';
import { getInstance } from '../src/instances/index.ts';
import { getOperation } from '../src/operations/service.ts';
import { getAssignment, getInvitation, getInviteLink, getMember } from '../src/members/index.ts';
import { type NodePlace, nodesOf } from '../src/nodes.ts';
import { getMyOrganization, getOrganization } from '../src/orgs/index.ts';
import { getEnvironment, getProject } from '../src/projects/index.ts';
import { getRole } from '../src/roles/index.ts';
import { getServer } from '../src/servers/index.ts';
import { builder } from './builder.ts';
import { type Context, orgScope } from './context.ts';

interface NodeRow {
  id: string;
  /** Of a row that was found by its id alone. */
  __typename?: string;
}

export const Node = builder.interfaceRef<NodeRow>('Node').implement({
  description: 'Any object with an id. The query `node` reads it by its id alone.',
  fields: (t) => ({ id: t.exposeID('id', { description: 'The globally unique id, the same as in REST.' }) }),
});

type Load = (context: Context, id: string) => Promise<NodeRow>;

const withPermission =
  (permission: Permission, get: (scope: OrgScope, id: string) => Promise<NodeRow>): Load =>
  async (context, id) => {
    requirePermission(context.access, permission);
    return get(orgScope(context, permission), id);
  };
const forAdmin =
  (get: (app: Context['app'], id: string) => Promise<NodeRow>): Load =>
  async ({ app, access }, id) => {
    requireAdmin(access);
    return get(app, id);
  };

/** How each type is read, with the permission of its own field. */
const loads: Readonly<Record<NodePlace, Readonly<Record<string, Load>>>> = {
  organization: {
    ApiKey: (context, id) => getApiKey(orgScope(context, 'view:api_keys'), id),
    AuditEntry: withPermission('view:audit_logs', getAuditEntry),
    Environment: withPermission('view:environments', getEnvironment),
    Instance: withPermission('view:instances', getInstance),
    Invitation: withPermission('view:members', getInvitation),
    InviteLink: withPermission('view:members', getInviteLink),
    Member: withPermission('view:members', getMember),
    Operation: withPermission('view:operations', getOperation),
    Organization: withPermission('view:org', getOrganization),
    Project: withPermission('view:projects', getProject),
    Role: withPermission('view:roles', getRole),
    RoleAssignment: withPermission('view:members', getAssignment),
    Server: withPermission('view:servers', getServer),
  },
  account: {
    Organization: ({ app, access }, id) => getMyOrganization(app, access, id),
    Passkey: ({ app, access }, id) => getPasskey(app, access, id),
    Session: ({ app, access }, id) => getSession(app, access, id),
    SshKey: ({ app, access }, id) => getSshKey(app, access, id),
  },
  installation: {
    AdminOrganization: forAdmin(getAnyOrganization),
    AdminUser: forAdmin(getUser),
    Operation: forAdmin(getJob),
  },
};

const isRefusal = (error: unknown): boolean =>
  error instanceof AppError && (error.code === 'not_found' || error.code === 'forbidden');

builder.queryField('node', (t) =>
  t.field({
    type: Node,
    nullable: true,
    authScopes: { signedIn: true },
    description:
      'The object with this id: in the organization of X-Org-Slug, of the signed-in user or, for an administrator, of the installation. An object that the caller may not see returns not_found, like an object that does not exist.',
    args: { id: t.arg.id({ required: true, description: 'The id of any object.' }) },
    resolve: async (_root, { id }, context) => {
      for (const { place, type } of await nodesOf(context.app, context.access, id)) {
        try {
          const row = await loads[place][type]?.(context, id);
          if (row) return { ...row, __typename: type };
        } catch (error) {
          // Which of them refused, and why, would tell what the id names.
          if (!isRefusal(error)) throw error;
        }
      }
      throw notFound('node', id);
    },
  }),
);
