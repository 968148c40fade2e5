import { z } from 'zod';
import { createRoleInput, updateRoleInput } from '../src/roles/index.ts';
import { type Category, type Examples, filter, type Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const role = 'id name description isSystem permissions { id } memberCount assignmentCount createdAt updatedAt';
const category = 'Roles and Permissions';
const update = `mutation ($id: ID!, $input: UpdateRoleInput!) { updateRole(id: $id, input: $input) { ${role} } }`;

const routes: readonly Route[] = [
  { method: 'get', path: '/permissions', category, summary: 'List all permissions', document: '{ permissions { id action resource description inProjects } }', answer: { as: 'whole', key: 'data' } },
  { method: 'get', path: '/roles', category, summary: 'List roles', document: `query ($first: Int, $after: String, $name: String, $search: String) { roles(first: $first, after: $after, name: $name, search: $search) { nodes { ${role} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  { method: 'post', path: '/roles', category, summary: 'Create a role', document: `mutation ($input: CreateRoleInput!) { createRole(input: $input) { ${role} } }`, answer: { as: 'object', status: 201 } },
  { method: 'get', path: '/roles/{id}', category, summary: 'Get a role', document: `query ($id: ID!) { role(id: $id) { ${role} } }`, answer: { as: 'object' } },
  { method: 'put', path: '/roles/{id}', category, summary: 'Update a role', document: update, answer: { as: 'object' } },
  { method: 'patch', path: '/roles/{id}', category, summary: 'Update a role', document: update, answer: { as: 'object' } },
  { method: 'delete', path: '/roles/{id}', category, summary: 'Delete a role', document: 'mutation ($id: ID!) { deleteRole(id: $id) { id } }', answer: { as: 'message', message: 'Role deleted' } },
];

const examples: Examples = {
  '/roles/{id}': ids.role,
  'Permission.id': 'view:servers',
  'Permission.action': 'view',
  'Permission.resource': 'servers',
  'Permission.description': 'See servers and their metrics',
  inProjects: true,
  'Role.id': ids.role,
  'Role.name': 'Release manager',
  'Role.description': 'May change instances',
  permissionIds: ['manage:instances', 'view:servers'],
  'Role.permissions': [{ id: 'view:servers' }, { id: 'view:instances' }, { id: 'manage:instances' }],
  assignmentCount: 2,
  'createRole.memberCount': 0,
  'createRole.assignmentCount': 0,
  isSystem: false,
  'roles.name': 'Developer',
  'roles.search': 'manager',
};

const parsers: Parsers = {
  CreateRoleInput: createRoleInput,
  UpdateRoleInput: updateRoleInput,
  roles: z.object({ name: filter, search: filter }),
};

export default { routes, examples, parsers } satisfies Category;
