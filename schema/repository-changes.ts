import type { Operation as OperationRow } from '../prisma/generated/client/client.ts';
import {
  acceptRepositoryHostKey,
  createRepository,
  deleteRepository,
  regenerateDeployKey,
  regenerateWebhookSecret,
  type RepositoryRow,
  syncRepository,
  updateRepository,
  validateRepository,
} from '../src/repositories/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { Operation } from './operation.ts';
import { Repository, RepositoryAccess, RepositoryProvider } from './repository.ts';

export const RepositoryPayload = builder
  .objectRef<{ repository: RepositoryRow; operation: OperationRow }>('RepositoryPayload')
  .implement({
    description: 'A Git repository and the operation that reads it.',
    fields: (t) => ({
      repository: t.field({ type: Repository, description: 'The repository.', resolve: (row) => row.repository }),
      operation: t.field({
        type: Operation,
        description: 'The operation that was started.',
        resolve: (row) => row.operation,
      }),
    }),
  });

const told = {
  name: 'Up to 100 characters, unique in the project.',
  provider: 'Who serves it. Default: as its host is called.',
  access: 'How oCore gets in. Default: deploy_key over SSH; over HTTPS token if there is one, and none otherwise.',
  username: 'The user name beside the token. Default: what the provider expects.',
  token: 'An access token that may read the repository; stored encrypted. For the access token over HTTPS.',
};
export const CreateRepositoryInput = builder.inputType('CreateRepositoryInput', {
  description: 'A Git repository to connect.',
  fields: (t) => ({
    repositoryUrl: t.string({
      required: true,
      description: 'Its URL: `git@host:path`, `ssh://git@host/path` or `https://host/path`, without credentials.',
    }),
    branch: t.string({ description: 'The branch that is followed. Default: main.' }),
    provider: t.field({ type: RepositoryProvider, description: told.provider }),
    name: t.string({ description: `${told.name} Default: the last part of the URL.` }),
    access: t.field({ type: RepositoryAccess, description: told.access }),
    username: t.string({ description: told.username }),
    token: t.string({ description: told.token }),
  }),
});
export const UpdateRepositoryInput = builder.inputType('UpdateRepositoryInput', {
  description:
    'The changes. Absent fields keep their value. A repository that is reached another way becomes pending until it is validated.',
  fields: (t) => ({
    repositoryUrl: t.string({
      description: 'A new URL. Its branches and tags are forgotten; a token must be sent again for another host.',
    }),
    branch: t.string({ description: 'Another branch to follow.' }),
    provider: t.field({ type: RepositoryProvider, description: 'Who serves it.' }),
    name: t.string({ description: told.name }),
    access: t.field({ type: RepositoryAccess, description: told.access }),
    username: t.string({ description: told.username }),
    token: t.string({ description: told.token }),
    position: t.int({
      description: 'Its new place among the repositories of the project, from 1. The others make room.',
    }),
  }),
});
const idArg = { required: true as const, description: 'The repository.' };
const manage = { permission: 'manage:repositories' } as const;

builder.mutationFields((t) => ({
  createRepository: t.field({
    type: Repository,
    authScopes: manage,
    description:
      'Connects a further Git repository with a project. Its webhook secret is shown once; over SSH, its host must be given the deploy key.',
    args: {
      projectId: t.arg.id({ required: true, description: 'The project.' }),
      input: t.arg({ type: CreateRepositoryInput, required: true, description: 'The repository.' }),
    },
    resolve: (_root, { projectId, input }, context) =>
      createRepository(context.app, orgScope(context), projectId, input),
  }),
  updateRepository: t.field({
    type: Repository,
    authScopes: manage,
    description: 'Changes a Git repository, or its place in the order.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: UpdateRepositoryInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) => updateRepository(context.app, orgScope(context), id, input),
  }),
  deleteRepository: t.field({
    type: Repository,
    authScopes: manage,
    description: 'Disconnects a Git repository, and deletes its keys. What was deployed from it keeps running.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => deleteRepository(context.app, orgScope(context), id),
  }),
  validateRepository: t.field({
    type: RepositoryPayload,
    authScopes: manage,
    description: 'Finds out whether a Git repository is reached, and whether its branch is there.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => validateRepository(context.app, orgScope(context), id),
  }),
  syncRepository: t.field({
    type: RepositoryPayload,
    authScopes: manage,
    description: 'Reads the branches and tags of a Git repository.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => syncRepository(context.app, orgScope(context), id),
  }),
  regenerateRepositoryDeployKey: t.field({
    type: Repository,
    authScopes: manage,
    description: 'Makes another deploy key. The one before is not used again, so the host must be given the new one.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => regenerateDeployKey(context.app, orgScope(context), id),
  }),
  regenerateRepositoryWebhookSecret: t.field({
    type: Repository,
    authScopes: manage,
    description: 'Makes another webhook secret, which is shown once. The one before ends at once.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => regenerateWebhookSecret(context.app, orgScope(context), id),
  }),
  acceptRepositoryHostKey: t.field({
    type: RepositoryPayload,
    authScopes: manage,
    description: 'Pins a changed host key that the host presented, and validates. Compare it with the host first.',
    args: {
      id: t.arg.id(idArg),
      fingerprint: t.arg.string({
        required: true,
        description: 'One of presentedHostKeys, or the line that `ssh-keygen -lf` prints.',
      }),
    },
    resolve: (_root, { id, fingerprint }, context) =>
      acceptRepositoryHostKey(context.app, orgScope(context), id, { fingerprint }),
  }),
}));
