import { z } from 'zod';
import { createEnvironmentInput, createProjectEnvironmentInput, createProjectInput, updateEnvironmentInput, updateProjectInput } from '../src/projects/index.ts';
import { type Category, type Examples, filter, type Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const project = 'id name slug description odooVersion archivedAt createdAt updatedAt';
const environment = 'id projectId name description type environmentType branch autoDeploy deletionProtected instanceId instanceName instanceSlug instanceStatus serverId odooVersion status statusMessage createdAt updatedAt';
/** An instance's: what happens to it does not make the environment another one. */
const ofItsInstance = ['instanceId', 'instanceName', 'instanceSlug', 'instanceStatus', 'serverId', 'odooVersion', 'status', 'statusMessage'];

const routes: readonly Route[] = [
  {
    method: 'get',
    path: '/projects',
    category: 'Projects',
    summary: 'List projects',
    document: `query ($first: Int, $after: String, $includeArchived: Boolean, $search: String, $sort: ListSort) { projects(first: $first, after: $after, includeArchived: $includeArchived, search: $search, sort: $sort) { nodes { ${project} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  { method: 'post', path: '/projects', category: 'Projects', summary: 'Create a project', document: `mutation ($input: CreateProjectInput!) { createProject(input: $input) { ${project} } }`, answer: { as: 'object', status: 201 }, errors: ['quota_exceeded'] },
  { method: 'get', path: '/projects/{id}', category: 'Projects', summary: 'Get a project', document: `query ($id: ID!) { project(id: $id) { ${project} } }`, answer: { as: 'object' } },
  { method: 'patch', path: '/projects/{id}', category: 'Projects', summary: 'Update a project', document: `mutation ($id: ID!, $input: UpdateProjectInput!) { updateProject(id: $id, input: $input) { ${project} } }`, answer: { as: 'object' } },
  { method: 'post', path: '/projects/{id}/archive', category: 'Projects', summary: 'Archive a project', document: `mutation ($id: ID!) { archiveProject(id: $id) { ${project} } }`, answer: { as: 'object' } },
  { method: 'post', path: '/projects/{id}/unarchive', category: 'Projects', summary: 'Restore an archived project', document: `mutation ($id: ID!) { unarchiveProject(id: $id) { ${project} } }`, answer: { as: 'object' } },
  { method: 'delete', path: '/projects/{id}', category: 'Projects', summary: 'Delete a project', document: `mutation ($id: ID!) { deleteProject(id: $id) { id } }`, answer: { as: 'message', message: 'Project deleted' } },
  {
    method: 'post',
    path: '/projects/{id}/environments',
    category: 'Environments',
    summary: 'Create an environment in a project',
    document: `mutation ($id: ID!, $input: CreateProjectEnvironmentInput!) { createProjectEnvironment(projectId: $id, input: $input) { ${environment} } }`,
    answer: { as: 'object', status: 201 },
  },
  {
    method: 'get',
    path: '/environments',
    category: 'Environments',
    summary: 'List environments',
    document: `query ($first: Int, $after: String, $projectId: ID, $type: EnvironmentType, $search: String, $sort: ListSort) { environments(first: $first, after: $after, projectId: $projectId, type: $type, search: $search, sort: $sort) { nodes { ${environment} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  { method: 'post', path: '/environments', category: 'Environments', summary: 'Create an environment', document: `mutation ($input: CreateEnvironmentInput!) { createEnvironment(input: $input) { ${environment} } }`, answer: { as: 'object', status: 201 } },
  { method: 'get', path: '/environments/{id}', category: 'Environments', summary: 'Get an environment', document: `query ($id: ID!) { environment(id: $id) { ${environment} } }`, answer: { as: 'object' }, readings: ofItsInstance },
  { method: 'patch', path: '/environments/{id}', category: 'Environments', summary: 'Update an environment', document: `mutation ($id: ID!, $input: UpdateEnvironmentInput!) { updateEnvironment(id: $id, input: $input) { ${environment} } }`, answer: { as: 'object' } },
  { method: 'delete', path: '/environments/{id}', category: 'Environments', summary: 'Delete an environment', document: `mutation ($id: ID!) { deleteEnvironment(id: $id) { id } }`, answer: { as: 'message', message: 'Environment deleted' } },
];

const examples: Examples = {
  '/projects/{id}': ids.project,
  '/environments/{id}': ids.environment,
  'Project.id': ids.project,
  'Project.name': 'ERP',
  'Project.slug': 'erp',
  'Project.description': 'The company’s Odoo',
  odooVersion: '19.0',
  archivedAt: null,
  'archiveProject.archivedAt': '2026-11-24T09:30:00.000Z',
  'projects.search': 'erp',
  'environments.search': 'prod',
  'Environment.id': ids.environment,
  'Environment.name': 'production',
  'Environment.description': 'What the company works with',
  'Environment.type': 'production',
  'Environment.autoDeploy': true,
  'Environment.deletionProtected': true,
  'CreateProjectEnvironmentInput.name': 'production',
  'CreateProjectEnvironmentInput.description': 'What the company works with',
  'CreateProjectEnvironmentInput.type': 'production',
  'CreateProjectEnvironmentInput.deletionProtected': true,
  'Environment.environmentType': 'production',
  'Environment.instanceId': ids.instance,
  'Environment.instanceName': 'ERP production',
  'Environment.instanceSlug': 'erp-production',
  'Environment.instanceStatus': 'running',
  'Environment.status': 'running',
  'Environment.statusMessage': null,
  ...Object.fromEntries(['createEnvironment', 'createProjectEnvironment', 'updateEnvironment'].flatMap((change) => [...['instanceId', 'instanceName', 'instanceSlug', 'instanceStatus', 'serverId'].map((field) => [`${change}.${field}`, null]), [`${change}.status`, 'empty']])),
  branch: 'main',
};

const parsers: Parsers = {
  CreateEnvironmentInput: createEnvironmentInput,
  CreateProjectEnvironmentInput: createProjectEnvironmentInput,
  CreateProjectInput: createProjectInput,
  UpdateEnvironmentInput: updateEnvironmentInput,
  UpdateProjectInput: updateProjectInput,
  environments: z.object({ search: filter }),
  projects: z.object({ search: filter }),
};

export default { routes, examples, parsers } satisfies Category;
