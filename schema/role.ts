import type { Role as RoleRow } from '../prisma/generated/client/client.ts';
import { describedPermissions, expand, permissionsOf } from '../src/access/permissions.ts';
import { createRole, deleteRole, getRole, listRoles, updateRole } from '../src/roles/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { roleUse } from './loaders.ts';
import { Node } from './node.ts';

const PermissionAction = builder.enumType('PermissionAction', { description: 'What a permission allows to do.', values: { view: { description: 'To read.' }, manage: { description: 'To read and change.' } } as const });

const catalogue = describedPermissions();

const Permission = builder.objectRef<(typeof catalogue)[number]>('Permission').implement({
  description: 'Something that a role or an API key can allow.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'Its name: `<action>:<resource>`, for example `manage:servers`.' }),
    action: t.expose('action', { type: PermissionAction, description: 'What it allows to do; manage implies view of the same resource.' }),
    resource: t.exposeString('resource', { description: 'What it is about. `secrets` stands apart: who sees an instance does not see its passwords.' }),
    description: t.exposeString('description', { description: 'What it allows, in words.' }),
    inProjects: t.exposeBoolean('inProjects', { description: 'Whether it can be held in single projects; others count in the whole organization only.' }),
  }),
});

export const Role = builder.objectRef<RoleRow>('Role').implement({
  interfaces: [Node],
  description: 'A named set of permissions. The system roles Owner, Admin, Developer and Viewer mean the same in every organization.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    name: t.exposeString('name', { description: 'Its name, unique in the organization.' }),
    description: t.exposeString('description', { description: 'What it is for.' }),
    isSystem: t.exposeBoolean('isSystem', { description: 'Whether it is one of the four that cannot be changed.' }),
    permissions: t.field({ type: [Permission], description: 'What it allows, with the views that manage implies.', resolve: (row) => { const granted = expand(permissionsOf(row)); return catalogue.filter(({ id }) => granted.has(id)); } }),
    memberCount: t.int({ description: 'How many members have it in the whole organization.', resolve: async (row, _args, context) => (await roleUse(context, row)).members }),
    assignmentCount: t.int({ description: 'How often it is assigned in a single project.', resolve: async (row, _args, context) => (await roleUse(context, row)).assignments }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const CreateRoleInput = builder.inputType('CreateRoleInput', {
  description: 'A new role.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Up to 50 characters, unique in the organization.' }),
    description: t.string({ description: 'What it is for, up to 500 characters.' }),
    permissionIds: t.stringList({ required: true, description: 'What it allows, such as `view:servers`. At most what you hold yourself.' }),
  }),
});
const UpdateRoleInput = builder.inputType('UpdateRoleInput', {
  description: 'What is to change. Absent fields stay as they are.',
  fields: (t) => ({
    name: t.string({ description: 'A new name.' }),
    description: t.string({ description: 'What it is for.' }),
    permissionIds: t.stringList({ description: 'All that it allows from now on.' }),
  }),
});
const idArg = { required: true as const, description: 'The role.' };

builder.queryFields((t) => ({
  permissions: t.field({ type: [Permission], authScopes: { permission: 'view:roles' }, description: 'The catalogue of permissions.', resolve: () => catalogue }),
  role: t.field({ type: Role, authScopes: { permission: 'view:roles' }, description: 'One role.', args: { id: t.arg.id(idArg) }, resolve: (_root, { id }, context) => getRole(orgScope(context), id) }),
  roles: t.connection({ type: Role, authScopes: { permission: 'view:roles' }, description: 'Roles, newest first.', resolve: async (_root, args, context) => connectionOf(await listRoles(orgScope(context), args)) }, { description: 'A page of roles.' }, { description: 'One role of a page.' }),
}));

builder.mutationFields((t) => ({
  createRole: t.field({ type: Role, authScopes: { permission: 'manage:roles' }, description: 'Creates a role. Nobody puts into it what they do not hold.', args: { input: t.arg({ type: CreateRoleInput, required: true, description: 'The role.' }) }, resolve: (_root, { input }, context) => createRole(context.app, orgScope(context), input) }),
  updateRole: t.field({ type: Role, authScopes: { permission: 'manage:roles' }, description: 'Changes a role for everyone who has it, from their next request on.', args: { id: t.arg.id(idArg), input: t.arg({ type: UpdateRoleInput, required: true, description: 'The changes.' }) }, resolve: (_root, { id, input }, context) => updateRole(context.app, orgScope(context), id, input) }),
  deleteRole: t.field({ type: Role, authScopes: { permission: 'manage:roles' }, description: 'Deletes a role that nobody has and no invitation offers.', args: { id: t.arg.id(idArg) }, resolve: (_root, { id }, context) => deleteRole(context.app, orgScope(context), id) }),
}));
