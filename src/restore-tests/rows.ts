import type { RestoreTest, RestoreTestSchedule, RestoreTestStatus } from '../../prisma/generated/client/client.ts';
import { type OrgScope, reachable, seenProjects } from '../access/scope.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { foundById, page, type PageArgs } from '../lists.ts';
import { getEnvironment } from '../projects/index.ts';

export async function getRestoreTest(scope: OrgScope, id: string): Promise<RestoreTest> {
  const row = isId(id) ? await scope.db.restoreTest.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  return reachable(scope, 'restore test', id, row, ({ projectId }) => projectId);
}

export interface RestoreTestFilter {
  environmentId: string;
  statuses?: readonly RestoreTestStatus[] | null | undefined;
}

/** The tests of an environment’s backups. */
export async function listRestoreTests(scope: OrgScope, args: PageArgs & RestoreTestFilter) {
  const environment = await getEnvironment(scope, args.environmentId);
  const where = {
    orgId: scope.orgId,
    projectId: seenProjects(scope),
    environmentId: environment.id,
    ...(args.statuses ? { status: { in: [...args.statuses] } } : {}),
  };
  return page(`restore tests of ${scope.orgId}`, args, {
    find: (seek) => scope.db.restoreTest.findMany(foundById(where, seek)),
    count: () => scope.db.restoreTest.count({ where }),
  });
}

export async function getRestoreTestSchedule(scope: OrgScope, environmentId: string): Promise<RestoreTestSchedule> {
  const { id } = await getEnvironment(scope, environmentId);
  const row = await scope.db.restoreTestSchedule.findFirst({ where: { environmentId: id, orgId: scope.orgId } });
  if (!row) throw notFound('restore test schedule', environmentId);
  return row;
}
