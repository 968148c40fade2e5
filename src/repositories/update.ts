import type { Prisma, Repository } from '../../prisma/generated/client/client.ts';
import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { parseGitUrl } from '../git/index.ts';
import { parse } from '../parse.ts';
import { connectionAfter, isElsewhere } from './connection.ts';
import { taken } from './create.ts';
import { type Settings, updateInput } from './fields.ts';
import { idsInOrder, lockProject, moved, number } from './positions.ts';
import { requirePermitted } from './remote.ts';
import { factAbout, getRepository, lockRepository, type RepositoryRow, requireQuiet, shown } from './rows.ts';
import { newDeployKey, sealToken } from './secrets.ts';

type Change = Prisma.RepositoryUncheckedUpdateInput;

/** What is known of a repository that is reached another way: nothing yet. */
export const untried = {
  status: 'pending',
  statusMessage: null,
  statusCode: null,
  validatedAt: null,
} as const satisfies Change;

/** What changes with the way to the repository; undefined where that stays. */
function changeOfConnection(app: App, before: Repository, input: Settings): Change | undefined {
  const known = parseGitUrl(before.url);
  const { url, ...connection } = connectionAfter(input, input.repositoryUrl ?? known, before);
  const other = url.href !== before.url;
  const reached = other || connection.access !== before.access || connection.username !== before.username;
  if (!reached && !input.token) return connection.provider === before.provider ? undefined : connection;
  if (other) requirePermitted(app, url);
  const { access } = connection;
  const key = before.privateKeyEnc === null ? newDeployKey(app, before.id) : {};
  return {
    ...untried,
    ...connection,
    url: url.href,
    ...(input.token ? { tokenEnc: sealToken(app, before.id, input.token) } : {}),
    ...(access === 'token' ? {} : { tokenEnc: null }),
    ...(access === 'deploy_key' ? key : { privateKeyEnc: null, publicKey: null }),
    ...(other ? { lastSyncedAt: null, defaultBranch: null } : {}),
    ...(isElsewhere(url, before) ? { hostKeys: [], presentedHostKeys: [] } : {}),
  };
}

/** Changes a repository, and its place in the order. One that is reached another way has to be validated again. */
export async function updateRepository(app: App, scope: OrgScope, id: string, given: unknown): Promise<RepositoryRow> {
  const { projectId } = await getRepository(scope, id);
  requireIn(scope, 'manage:instance_code', projectId);
  const input = parse(updateInput, given);
  return mutate(app, scope, async ({ tx, record }) => {
    await lockProject(tx, scope.orgId, projectId);
    const before = await lockRepository(tx, scope.orgId, id);
    const connection = changeOfConnection(app, before, input);
    if (connection) requireQuiet(before);
    if (input.position) {
      const ids = await idsInOrder(tx, scope.orgId, projectId);
      await number(tx, scope.orgId, projectId, moved(ids, id, input.position));
    }
    if (connection?.url !== undefined && connection.url !== before.url)
      await tx.repositoryRef.deleteMany({ where: { repositoryId: id, orgId: scope.orgId } });
    const row = await tx.repository.update({
      where: { id, orgId: scope.orgId },
      data: {
        ...(input.name ? { name: input.name } : {}),
        ...(input.branch ? { branch: input.branch } : {}),
        ...connection,
      },
    });
    await record({
      action: 'repository.updated',
      ...factAbout(row),
      before: shown(before),
      after: { ...shown(row), tokenChanged: Boolean(input.token) },
    });
    return row;
  }).catch(taken);
}
