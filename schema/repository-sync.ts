import { firstRepository, getRepository, repositorySyncStatus, type SyncStatus } from '../src/repositories/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { currentOperationOf } from './loaders.ts';
import { RepositoryStatus } from './repository.ts';

const RepositorySyncStatus = builder.objectRef<SyncStatus>('RepositorySyncStatus').implement({
  description: 'How far the synchronization of a Git repository is, and what the last one found.',
  fields: (t) => ({
    repositoryId: t.id({ description: 'The repository.', resolve: ({ repository }) => repository.id }),
    status: t.field({
      type: RepositoryStatus,
      description: 'The status.',
      resolve: ({ repository }) => repository.status,
    }),
    statusMessage: t.string({
      nullable: true,
      description: 'Why it was not read.',
      resolve: ({ repository }) => repository.statusMessage,
    }),
    statusCode: t.string({
      nullable: true,
      description: 'The code of that error; null without one.',
      resolve: ({ repository }) => repository.statusCode,
    }),
    operationId: t.id({
      nullable: true,
      description: 'The operation that reads it now; null without one, and without the permission view:operations.',
      resolve: async ({ repository }, _args, context) => (await currentOperationOf(context, repository))?.id ?? null,
    }),
    branch: t.string({ description: 'The branch that is followed.', resolve: ({ repository }) => repository.branch }),
    sha: t.exposeString('sha', {
      nullable: true,
      description: 'The commit that the branch was at; null before the first synchronization.',
    }),
    branches: t.exposeInt('branches', { description: 'The number of branches that are recorded.' }),
    tags: t.exposeInt('tags', { description: 'The number of tags that are recorded.' }),
    lastSyncedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When branches and tags were last read; null if they were not.',
      resolve: ({ repository }) => repository.lastSyncedAt,
    }),
  }),
});

builder.queryFields((t) => ({
  repositorySyncStatus: t.field({
    type: RepositorySyncStatus,
    authScopes: { permission: 'view:repositories' },
    description: 'How far the synchronization of a Git repository is.',
    args: { id: t.arg.id({ required: true, description: 'The repository.' }) },
    resolve: async (_root, { id }, context) => {
      const scope = orgScope(context);
      return repositorySyncStatus(scope, await getRepository(scope, id));
    },
  }),
  projectRepositorySyncStatus: t.field({
    type: RepositorySyncStatus,
    authScopes: { permission: 'view:repositories' },
    description: 'How far the synchronization of the first Git repository of a project is.',
    args: { projectId: t.arg.id({ required: true, description: 'The project.' }) },
    resolve: async (_root, { projectId }, context) => {
      const scope = orgScope(context);
      return repositorySyncStatus(scope, await firstRepository(scope, projectId));
    },
  }),
}));
