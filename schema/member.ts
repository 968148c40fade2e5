import type { Role as RoleRow } from '../prisma/generated/client/client.ts';
import {
  assignRole,
  changeMemberRole,
  getMember,
  hasRole,
  leaveOrganization,
  listAssignments,
  listMembers,
  type MemberRow,
  removeMember,
  unassignRole,
} from '../src/members/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { visibleProject } from './loaders.ts';
import { Node } from './node.ts';
import { Project } from './project.ts';
import { Role } from './role.ts';

const RoleAssignment = builder
  .objectRef<{ id: string; projectId: string; createdAt: Date; role: RoleRow }>('RoleAssignment')
  .implement({
    interfaces: [Node],
    description: 'A role of a member in one project, in addition to the role in the whole organization.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The id.' }),
      role: t.field({ type: Role, description: 'The role.', resolve: (row) => row.role }),
      projectId: t.exposeID('projectId', { description: 'The project in which the role applies.' }),
      project: t.field({
        type: Project,
        nullable: true,
        description: 'The project in which the role applies; null without the permission view:projects.',
        resolve: (row, _args, context) => visibleProject(context, row.projectId),
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was assigned.' }),
    }),
  });

export const Member = builder.objectRef<MemberRow>('Member').implement({
  interfaces: [Node],
  description: 'A person in the organization.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of the membership.' }),
    userId: t.exposeID('userId', { description: 'The id of the person.' }),
    name: t.string({ description: 'The name.', resolve: (row) => row.user.name }),
    email: t.string({ description: 'The e-mail address.', resolve: (row) => row.user.email }),
    avatarUrl: t.string({ nullable: true, description: 'A picture.', resolve: (row) => row.user.avatarUrl }),
    role: t.field({
      type: Role,
      nullable: true,
      description: 'The role in the whole organization; null for a member with roles in single projects only.',
      resolve: (row) => row.role,
    }),
    assignments: t.field({
      type: [RoleAssignment],
      description: 'The roles in single projects.',
      resolve: (row) => row.assignments.filter(hasRole),
    }),
    joinedAt: t.field({ type: 'DateTime', description: 'When the person joined.', resolve: (row) => row.createdAt }),
  }),
});

const ChangeMemberRoleInput = builder.inputType('ChangeMemberRoleInput', {
  description: 'A new role for a member.',
  fields: (t) => ({
    roleId: t.id({ description: 'The role. Its permissions must not exceed your own. Give `roleId` or `role`.' }),
    role: t.string({ description: 'The name of the role, in place of `roleId`: Developer.' }),
    projectIds: t.idList({
      description:
        'The projects in which the role applies; they replace all previous roles of the member. Default: the whole organization; roles in single projects stay.',
    }),
  }),
});
const AssignRoleInput = builder.inputType('AssignRoleInput', {
  description: 'A role in one project.',
  fields: (t) => ({
    roleId: t.id({ description: 'The role. Only its permissions within projects apply. Give `roleId` or `role`.' }),
    role: t.string({ description: 'The name of the role, in place of `roleId`: Developer.' }),
    projectId: t.id({ required: true, description: 'The project.' }),
  }),
});
const idArg = { required: true as const, description: 'The membership.' };

builder.queryFields((t) => ({
  member: t.field({
    type: Member,
    authScopes: { permission: 'view:members' },
    description: 'One member.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => getMember(orgScope(context), id),
  }),
  members: t.connection(
    {
      type: Member,
      authScopes: { permission: 'view:members' },
      description: 'Members, newest first.',
      args: {
        roleId: t.arg.id({ description: 'Only members with this role, in the whole organization or in a project.' }),
        role: t.arg.string({ description: 'Only members with the role of this name: Developer.' }),
        search: t.arg.string({ description: 'Only members with this text in their name or e-mail address.' }),
      },
      resolve: async (_root, args, context) => connectionOf(await listMembers(orgScope(context), args)),
    },
    { description: 'A page of members.' },
    { description: 'One member of a page.' },
  ),
  memberAssignments: t.connection(
    {
      type: RoleAssignment,
      authScopes: { permission: 'view:members' },
      description: 'The roles of a member in single projects, newest first.',
      args: { id: t.arg.id(idArg) },
      resolve: async (_root, args, context) => connectionOf(await listAssignments(orgScope(context), args.id, args)),
    },
    { description: 'A page of assignments.' },
    { description: 'One assignment of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  changeMemberRole: t.field({
    type: Member,
    authScopes: { permission: 'manage:members' },
    description: 'Changes the role of a member. The last Owner keeps that role.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: ChangeMemberRoleInput, required: true, description: 'The role.' }),
    },
    resolve: (_root, { id, input }, context) => changeMemberRole(context.app, orgScope(context), id, input),
  }),
  assignRole: t.field({
    type: RoleAssignment,
    authScopes: { permission: 'manage:members' },
    description: 'Assigns a role in one project to a member, in addition to existing roles.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: AssignRoleInput, required: true, description: 'The role and the project.' }),
    },
    resolve: (_root, { id, input }, context) => assignRole(context.app, orgScope(context), id, input),
  }),
  unassignRole: t.field({
    type: RoleAssignment,
    authScopes: { permission: 'manage:members' },
    description: 'Removes a role in one project.',
    args: { id: t.arg.id(idArg), assignmentId: t.arg.id({ required: true, description: 'The assignment.' }) },
    resolve: (_root, { id, assignmentId }, context) => unassignRole(context.app, orgScope(context), id, assignmentId),
  }),
  removeMember: t.field({
    type: Member,
    authScopes: { permission: 'manage:members' },
    description: 'Removes a member from the organization and revokes the member’s API keys there.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => removeMember(context.app, orgScope(context), id),
  }),
  leaveOrganization: t.boolean({
    authScopes: { person: true, member: true },
    description: 'Leaves the organization of X-Org-Slug. The last Owner must transfer the ownership first.',
    resolve: async (_root, _args, context) => {
      await leaveOrganization(context.app, orgScope(context, 'view:org'));
      return true;
    },
  }),
}));
