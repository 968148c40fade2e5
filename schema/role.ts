import type { Role as RoleRow } from '../prisma/generated/client/client.ts';
import { describedPermissions, expand, permissionsOf } from '../src/access/permissions.ts';
import { createRole, deleteRole, getRole, listRoles, updateRole } from '../src/roles/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { roleUse } from './loaders.ts';
import { Node } from './node.ts';

const PermissionAction = builder.enumType('PermissionAction', {
  description: 'The action of a permission.',
  values: { view: { description: 'Read.' }, manage: { description: 'Read and change.' } } as const,
});

const catalogue = describedPermissions();

const Permission = builder.objectRef<(typeof catalogue)[number]>('Permission').implement({
  description: 'A permission that a role or an API key can hold.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'The name: `<action>:<resource>`, for example `manage:servers`.' }),
    action: t.expose('action', {
      type: PermissionAction,
      description: 'The action. manage implies view of the same resource.',
    }),
    resource: t.exposeString('resource', {
      description:
        'The resource. `secrets` is separate: permission to view an instance does not include its passwords.',
    }),
    description: t.exposeString('description', { description: 'What the permission allows.' }),
    inProjects: t.exposeBoolean('inProjects', {
      description: 'Whether it can apply in single projects. Other permissions apply in the whole organization only.',
    }),
  }),
});

export const Role = builder.objectRef<RoleRow>('Role').implement({
  interfaces: [Node],
  description:
    'A named set of permissions. The system roles Owner, Admin, Developer and Viewer are the same in every organization.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    name: t.exposeString('name', { description: 'Its name, unique in the organization.' }),
    description: t.exposeString('description', { description: 'The description.' }),
    isSystem: t.exposeBoolean('isSystem', {
      description: 'Whether it is one of the four system roles, which cannot be changed.',
    }),
    permissions: t.field({
      type: [Permission],
      description: 'The permissions, including the view permissions that manage implies.',
      resolve: (row) => {
        const granted = expand(permissionsOf(row));
        return catalogue.filter(({ id }) => granted.has(id));
      },
    }),
    memberCount: t.int({
      description: 'How many members have it in the whole organization.',
      resolve: async (row, _args, context) => (await roleUse(context, row)).members,
    }),
    assignmentCount: t.int({
      description: 'How many assignments in single projects use it.',
      resolve: async (row, _args, context) => (await roleUse(context, row)).assignments,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const CreateRoleInput = builder.inputType('CreateRoleInput', {
  description: 'A new role.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Up to 50 characters, unique in the organization.' }),
    description: t.string({ description: 'The description, up to 500 characters.' }),
    permissionIds: t.stringList({
      required: true,
      description: 'The permissions, such as `view:servers`. They must not exceed your own.',
    }),
  }),
});
const UpdateRoleInput = builder.inputType('UpdateRoleInput', {
  description: 'The changes. Absent fields keep their value.',
  fields: (t) => ({
    name: t.string({ description: 'A new name.' }),
    description: t.string({ description: 'The description.' }),
    permissionIds: t.stringList({ description: 'All permissions; they replace the existing ones.' }),
  }),
});
const idArg = { required: true as const, description: 'The role.' };

builder.queryFields((t) => ({
  permissions: t.field({
    type: [Permission],
    authScopes: { permission: 'view:roles' },
    description: 'All permissions that exist.',
    resolve: () => catalogue,
  }),
  role: t.field({
    type: Role,
    authScopes: { permission: 'view:roles' },
    description: 'One role.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => getRole(orgScope(context), id),
  }),
  roles: t.connection(
    {
      type: Role,
      authScopes: { permission: 'view:roles' },
      description: 'Roles, newest first.',
      args: {
        name: t.arg.string({ description: 'Only the role with this name, in upper or lower case.' }),
        search: t.arg.string({ description: 'Only rows with this text in their name.' }),
      },
      resolve: async (_root, args, context) => connectionOf(await listRoles(orgScope(context), args)),
    },
    { description: 'A page of roles.' },
    { description: 'One role of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  createRole: t.field({
    type: Role,
    authScopes: { permission: 'manage:roles' },
    description: 'Creates a role. Its permissions must not exceed your own.',
    args: { input: t.arg({ type: CreateRoleInput, required: true, description: 'The role.' }) },
    resolve: (_root, { input }, context) => createRole(context.app, orgScope(context), input),
  }),
  updateRole: t.field({
    type: Role,
    authScopes: { permission: 'manage:roles' },
    description: 'Changes a role. It applies to all its holders from their next request.',
    args: { id: t.arg.id(idArg), input: t.arg({ type: UpdateRoleInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { id, input }, context) => updateRole(context.app, orgScope(context), id, input),
  }),
  deleteRole: t.field({
    type: Role,
    authScopes: { permission: 'manage:roles' },
    description: 'Deletes a role that no member, invitation or invite link uses.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => deleteRole(context.app, orgScope(context), id),
  }),
}));
