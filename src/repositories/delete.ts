import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { idsInOrder, lockProject, number } from './positions.ts';
import { factAbout, getRepository, lockRepository, type RepositoryRow, requireQuiet, shown } from './rows.ts';

/** Forgets a repository with its keys. What was made of its code stays. */
export async function deleteRepository(app: App, scope: OrgScope, id: string): Promise<RepositoryRow> {
  const { projectId } = await getRepository(scope, id);
  requireIn(scope, 'manage:instance_code', projectId);
  return mutate(app, scope, async ({ tx, record }) => {
    await lockProject(tx, scope.orgId, projectId);
    const row = await lockRepository(tx, scope.orgId, id);
    requireQuiet(row);
    await tx.repository.delete({ where: { id, orgId: scope.orgId } });
    await number(tx, scope.orgId, projectId, await idsInOrder(tx, scope.orgId, projectId));
    await record({ action: 'repository.deleted', ...factAbout(row), before: shown(row) });
    return row;
  });
}
