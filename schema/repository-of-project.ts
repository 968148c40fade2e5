import {
  createRepository,
  deleteRepository,
  firstRepository,
  regenerateDeployKey,
  syncRepository,
  updateRepository,
  validateRepository,
} from '../src/repositories/index.ts';
import { builder } from './builder.ts';
import { type Context, orgScope } from './context.ts';
import { Repository } from './repository.ts';
import { CreateRepositoryInput, RepositoryPayload, UpdateRepositoryInput } from './repository-changes.ts';

const projectArg = { required: true as const, description: 'The project.' };
const manage = { permission: 'manage:repositories' } as const;

/** The app, what the caller may do, and the first repository of the project. */
async function first(context: Context, projectId: string) {
  const scope = orgScope(context);
  const { id } = await firstRepository(scope, projectId);
  return [context.app, scope, id] as const;
}

builder.mutationFields((t) => ({
  connectRepository: t.field({
    type: Repository,
    authScopes: manage,
    description:
      'Connects the first Git repository with a project, as createRepository does. It is refused if there is one.',
    args: {
      projectId: t.arg.id(projectArg),
      input: t.arg({ type: CreateRepositoryInput, required: true, description: 'The repository.' }),
    },
    resolve: (_root, { projectId, input }, context) =>
      createRepository(context.app, orgScope(context), projectId, input, { only: true }),
  }),
  updateProjectRepository: t.field({
    type: Repository,
    authScopes: manage,
    description: 'Changes the first Git repository of a project, as updateRepository does.',
    args: {
      projectId: t.arg.id(projectArg),
      input: t.arg({ type: UpdateRepositoryInput, required: true, description: 'The changes.' }),
    },
    resolve: async (_root, { projectId, input }, context) =>
      updateRepository(...(await first(context, projectId)), input),
  }),
  disconnectRepository: t.field({
    type: Repository,
    authScopes: manage,
    description: 'Disconnects the first Git repository of a project, as deleteRepository does.',
    args: { projectId: t.arg.id(projectArg) },
    resolve: async (_root, { projectId }, context) => deleteRepository(...(await first(context, projectId))),
  }),
  validateProjectRepository: t.field({
    type: RepositoryPayload,
    authScopes: manage,
    description: 'Validates the first Git repository of a project, as validateRepository does.',
    args: { projectId: t.arg.id(projectArg) },
    resolve: async (_root, { projectId }, context) => validateRepository(...(await first(context, projectId))),
  }),
  syncProjectRepository: t.field({
    type: RepositoryPayload,
    authScopes: manage,
    description: 'Reads the branches and tags of the first Git repository of a project, as syncRepository does.',
    args: { projectId: t.arg.id(projectArg) },
    resolve: async (_root, { projectId }, context) => syncRepository(...(await first(context, projectId))),
  }),
  regenerateProjectDeployKey: t.field({
    type: Repository,
    authScopes: manage,
    description:
      'Makes another deploy key for the first Git repository of a project, as regenerateRepositoryDeployKey does.',
    args: { projectId: t.arg.id(projectArg) },
    resolve: async (_root, { projectId }, context) => regenerateDeployKey(...(await first(context, projectId))),
  }),
}));
