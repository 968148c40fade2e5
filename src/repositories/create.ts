import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
import { uniqueViolation } from '../database/database.ts';
import { AppError, invalidState } from '../errors.ts';
import { newId } from '../ids.ts';
import { parse } from '../parse.ts';
import { getProject } from '../projects/index.ts';
import { connectionAfter } from './connection.ts';
import { createInput } from './fields.ts';
import { idsInOrder, lockProject, nextPosition } from './positions.ts';
import { requirePermitted } from './remote.ts';
import { factAbout, type RepositoryRow, shown } from './rows.ts';
import { newDeployKey, newWebhookSecret, sealToken } from './secrets.ts';

/** Says which of the two that are unique in a project is taken. */
export function taken(error: unknown): never {
  const index = error instanceof AppError ? undefined : uniqueViolation(error);
  if (index === undefined) throw error;
  const field = index.includes('url') ? 'repositoryUrl' : 'name';
  throw new AppError(
    'conflict',
    field === 'name'
      ? 'The project already has a repository of this name; choose another name'
      : 'The project already has this repository',
    { field, constraint: 'unique' },
  );
}

/** The last part of the path, as `git clone` calls the directory. */
const nameOf = (path: string): string =>
  path
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .split('/')
    .at(-1)
    ?.slice(0, 100) || 'repository';

/** Adds a repository behind those that the project has, with a secret for its webhook, which is given now and never again. */
export async function createRepository(
  app: App,
  scope: OrgScope,
  projectId: string,
  given: unknown,
  { only = false } = {},
): Promise<RepositoryRow> {
  const project = await getProject(scope, projectId);
  requireIn(scope, 'manage:instance_code', project.id);
  const input = parse(createInput, given);
  if (project.archivedAt) throw invalidState('project', 'archived', ['not archived']);
  const { url, ...connection } = connectionAfter(input, input.repositoryUrl);
  requirePermitted(app, url);
  const id = newId();
  const { webhookSecret, webhookSecretEnc } = newWebhookSecret(app, id);
  return mutate(app, scope, async ({ tx, record }: Mutation) => {
    await lockProject(tx, scope.orgId, project.id);
    const ids = await idsInOrder(tx, scope.orgId, project.id);
    if (only && ids.length > 0)
      throw new AppError(
        'conflict',
        'The project already has a repository: change it with PATCH, or add another with POST /api/projects/{id}/repositories',
        { constraint: 'one_repository' },
      );
    const row = await tx.repository.create({
      data: {
        id,
        orgId: scope.orgId,
        projectId: project.id,
        position: nextPosition(ids),
        name: input.name ?? nameOf(url.path),
        url: url.href,
        branch: input.branch ?? 'main',
        ...connection,
        tokenEnc: input.token ? sealToken(app, id, input.token) : null,
        ...(connection.access === 'deploy_key' ? newDeployKey(app, id) : {}),
        webhookSecretEnc,
      },
    });
    await record({ action: 'repository.created', ...factAbout(row), after: shown(row) });
    return { ...row, webhookSecret };
  }).catch(taken);
}
