import { z } from 'zod';
import { acceptRepositoryHostKeyInput, branchDestinationArgs, createBranchMappingInput, createRepositoryInput, updateBranchMappingInput, updateRepositoryInput } from '../src/repositories/index.ts';
import { type Category, type Examples, filter, type Parsers } from './category.ts';
import type { Route } from './route.ts';

const keys = 'hostKeys { type fingerprint } presentedHostKeys { type fingerprint }';
const repository = `id projectId position name provider repositoryUrl branch access username deployKey deployKeyFingerprint webhookUrl ${keys} status statusMessage statusCode defaultBranch validatedAt lastSyncedAt createdAt updatedAt`;
const sync = 'repositoryId status statusMessage statusCode operationId branch sha branches tags lastSyncedAt';
const mapping = 'id projectId branchPattern environmentId priority createdAt updatedAt';
const payload = 'repository { id status } operation { id }';
const category = 'Repositories';
const first = '/projects/{id}/repository';
const validating = { as: 'accepted', resource: 'repository', message: 'Validation in progress' } as const;
const syncing = { as: 'accepted', resource: 'repository', message: 'Synchronization in progress' } as const;
const deleted = { as: 'message', message: 'Repository disconnected' } as const;
const errors = ['destination_denied'] as const;
const refs = (kind: 'branch' | 'tag'): string => `query ($id: ID!, $first: Int, $after: String, $search: String) { repositoryRefs(repositoryId: $id, kind: ${kind}, first: $first, after: $after, search: $search) { nodes { name sha } pageInfo { hasNextPage endCursor } } }`;

const routes: readonly Route[] = [
  { method: 'post', path: first, category, summary: 'Connect a repository with a project', document: `mutation ($id: ID!, $input: CreateRepositoryInput!) { connectRepository(projectId: $id, input: $input) { webhookSecret ${repository} } }`, answer: { as: 'object', status: 201 }, errors },
  { method: 'get', path: first, category, summary: 'Get the repository of a project', document: `query ($id: ID!) { projectRepository(projectId: $id) { ${repository} } }`, answer: { as: 'object' } },
  { method: 'patch', path: first, category, summary: 'Update the repository of a project', document: `mutation ($id: ID!, $input: UpdateRepositoryInput!) { updateProjectRepository(projectId: $id, input: $input) { ${repository} } }`, answer: { as: 'object' }, errors },
  { method: 'delete', path: first, category, summary: 'Disconnect the repository of a project', document: 'mutation ($id: ID!) { disconnectRepository(projectId: $id) { id } }', answer: deleted },
  { method: 'post', path: `${first}/validate`, category, summary: 'Validate the repository of a project', document: `mutation ($id: ID!) { validateProjectRepository(projectId: $id) { ${payload} } }`, answer: validating },
  { method: 'post', path: `${first}/sync`, category, summary: 'Synchronize the repository of a project', document: `mutation ($id: ID!) { syncProjectRepository(projectId: $id) { ${payload} } }`, answer: syncing },
  { method: 'get', path: `${first}/sync/status`, category, summary: 'Get the state of the synchronization', document: `query ($id: ID!) { projectRepositorySyncStatus(projectId: $id) { ${sync} } }`, answer: { as: 'object' } },
  { method: 'post', path: `${first}/deploy-key`, category, summary: 'Regenerate the deploy key of a project’s repository', document: `mutation ($id: ID!) { regenerateProjectDeployKey(projectId: $id) { ${repository} } }`, answer: { as: 'object' } },
  {
    method: 'get',
    path: '/projects/{id}/repositories',
    category,
    summary: 'List the repositories of a project',
    document: `query ($id: ID!, $first: Int, $after: String) { repositories(projectId: $id, first: $first, after: $after) { nodes { ${repository} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  { method: 'post', path: '/projects/{id}/repositories', category, summary: 'Add a repository to a project', document: `mutation ($id: ID!, $input: CreateRepositoryInput!) { createRepository(projectId: $id, input: $input) { webhookSecret ${repository} } }`, answer: { as: 'object', status: 201 }, errors },
  { method: 'get', path: '/repositories/{id}', category, summary: 'Get a repository', document: `query ($id: ID!) { repository(id: $id) { ${repository} } }`, answer: { as: 'object' } },
  { method: 'patch', path: '/repositories/{id}', category, summary: 'Update a repository or its place in the order', document: `mutation ($id: ID!, $input: UpdateRepositoryInput!) { updateRepository(id: $id, input: $input) { ${repository} } }`, answer: { as: 'object' }, errors },
  { method: 'delete', path: '/repositories/{id}', category, summary: 'Disconnect a repository', document: 'mutation ($id: ID!) { deleteRepository(id: $id) { id } }', answer: deleted },
  { method: 'post', path: '/repositories/{id}/validate', category, summary: 'Validate a repository', document: `mutation ($id: ID!) { validateRepository(id: $id) { ${payload} } }`, answer: validating },
  { method: 'post', path: '/repositories/{id}/sync', category, summary: 'Synchronize a repository', document: `mutation ($id: ID!) { syncRepository(id: $id) { ${payload} } }`, answer: syncing },
  { method: 'get', path: '/repositories/{id}/sync/status', category, summary: 'Get the state of a repository’s synchronization', document: `query ($id: ID!) { repositorySyncStatus(id: $id) { ${sync} } }`, answer: { as: 'object' } },
  { method: 'post', path: '/repositories/{id}/deploy-key', category, summary: 'Regenerate the deploy key of a repository', document: `mutation ($id: ID!) { regenerateRepositoryDeployKey(id: $id) { ${repository} } }`, answer: { as: 'object' } },
  { method: 'post', path: '/repositories/{id}/webhook-secret', category, summary: 'Regenerate the webhook secret of a repository', document: `mutation ($id: ID!) { regenerateRepositoryWebhookSecret(id: $id) { webhookSecret ${repository} } }`, answer: { as: 'object' } },
  { method: 'post', path: '/repositories/{id}/host-key', category, summary: 'Accept a changed host key of a repository', document: `mutation ($id: ID!, $fingerprint: String!) { acceptRepositoryHostKey(id: $id, fingerprint: $fingerprint) { ${payload} } }`, body: ['fingerprint'], answer: validating },
  { method: 'get', path: '/repositories/{id}/branches', category, summary: 'List the branches of a repository', document: refs('branch'), answer: { as: 'list' } },
  { method: 'get', path: '/repositories/{id}/tags', category, summary: 'List the tags of a repository', document: refs('tag'), answer: { as: 'list' } },
  {
    method: 'get',
    path: '/projects/{id}/branch-mappings',
    category,
    summary: 'List the branch mappings of a project',
    document: `query ($id: ID!, $first: Int, $after: String) { branchMappings(projectId: $id, first: $first, after: $after) { nodes { ${mapping} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  { method: 'post', path: '/projects/{id}/branch-mappings', category, summary: 'Map branches to an environment', document: `mutation ($id: ID!, $input: CreateBranchMappingInput!) { createBranchMapping(projectId: $id, input: $input) { ${mapping} } }`, answer: { as: 'object', status: 201 } },
  { method: 'get', path: '/projects/{id}/branch-destination', category, summary: 'Find out where a branch goes', document: `query ($id: ID!, $branch: String!) { branchDestination(projectId: $id, branch: $branch) { branch environmentId mapping { ${mapping} } } }`, answer: { as: 'object' } },
  { method: 'get', path: '/branch-mappings/{id}', category, summary: 'Get a branch mapping', document: `query ($id: ID!) { branchMapping(id: $id) { ${mapping} } }`, answer: { as: 'object' } },
  { method: 'patch', path: '/branch-mappings/{id}', category, summary: 'Update a branch mapping', document: `mutation ($id: ID!, $input: UpdateBranchMappingInput!) { updateBranchMapping(id: $id, input: $input) { ${mapping} } }`, answer: { as: 'object' } },
  { method: 'delete', path: '/branch-mappings/{id}', category, summary: 'Delete a branch mapping', document: 'mutation ($id: ID!) { deleteBranchMapping(id: $id) { id } }', answer: { as: 'message', message: 'Branch mapping deleted' } },
];

const id = '0197a1f7-4c20-7d91-8b35-6e0f9a2c4d18';
const mappingId = '0197a1f7-5d31-7ea2-9c46-7f10ab3d5e29';
const sha = '9fceb02d0ae598e95dc970b74767f19372d61af8';
const hostKey = 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU';
const examples: Examples = {
  '/repositories/{id}': id,
  '/branch-mappings/{id}': mappingId,
  'Repository.id': id,
  repositoryId: id,
  'Repository.position': 1,
  'Repository.name': 'erp',
  'Repository.provider': 'github',
  'Repository.repositoryUrl': 'ssh://git@github.com/acme/erp.git',
  'Repository.access': 'deploy_key',
  'Repository.username': null,
  deployKey: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop ocore-${id}`,
  deployKeyFingerprint: 'SHA256:FylsK2MLk7yqPzqk4l6vYx0m1cJ8m9h0bXo2nS3tUvW',
  'RepositoryHostKey.type': 'ssh-ed25519',
  'RepositoryHostKey.fingerprint': hostKey,
  webhookUrl: 'https://ocore.example.com/api/webhooks/git/0197b2aa-4c11-7f3e-8d52-6b9e0f1a2c3d',
  webhookSecret: '8m1xQe0ZtY5vK3cW7dRfLh2sJpNgUaBo9iCqTzXyV4k',
  'Repository.status': 'pending',
  ...Object.fromEntries(['validateProjectRepository', 'syncProjectRepository', 'validateRepository', 'syncRepository', 'acceptRepositoryHostKey'].map((change) => [`${change}.status`, 'syncing'])),
  ...Object.fromEntries(
    ['connectRepository', 'createRepository'].flatMap((change) => [
      [`${change}.hostKeys`, []],
      [`${change}.presentedHostKeys`, []],
      [`${change}.defaultBranch`, null],
    ]),
  ),
  statusCode: null,
  defaultBranch: 'main',
  validatedAt: null,
  lastSyncedAt: null,
  'CreateRepositoryInput.repositoryUrl': 'git@github.com:acme/erp.git',
  'CreateRepositoryInput.provider': 'github',
  'CreateRepositoryInput.name': null,
  'CreateRepositoryInput.access': null,
  'CreateRepositoryInput.username': null,
  'CreateRepositoryInput.token': null,
  'UpdateRepositoryInput.repositoryUrl': null,
  'UpdateRepositoryInput.provider': null,
  'UpdateRepositoryInput.name': 'erp',
  'UpdateRepositoryInput.access': null,
  'UpdateRepositoryInput.username': null,
  'UpdateRepositoryInput.token': null,
  'UpdateRepositoryInput.position': 1,
  'acceptRepositoryHostKey.fingerprint': hostKey,
  'RepositorySyncStatus.status': 'syncing',
  'RepositorySyncStatus.sha': sha,
  branches: 12,
  tags: 3,
  'RepositoryRef.name': 'main',
  'RepositoryRef.sha': sha,
  'repositoryRefs.search': 'main',
  'BranchMapping.id': mappingId,
  branchPattern: 'feature/*',
  priority: 100,
  'branchDestination.branch': 'feature/invoices',
  'BranchDestination.branch': 'feature/invoices',
};

const parsers: Parsers = {
  CreateRepositoryInput: createRepositoryInput,
  UpdateRepositoryInput: updateRepositoryInput,
  CreateBranchMappingInput: createBranchMappingInput,
  UpdateBranchMappingInput: updateBranchMappingInput,
  acceptRepositoryHostKey: acceptRepositoryHostKeyInput,
  branchDestination: branchDestinationArgs,
  repositoryRefs: z.object({ search: filter }),
};

export default { routes, examples, parsers } satisfies Category;
