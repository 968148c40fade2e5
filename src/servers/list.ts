import type { ServerStatus } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { byStatus, foundNamed, page, type PageArgs, searchTerm } from '../lists.ts';
import { openTo } from './projects.ts';

export async function getServer(scope: OrgScope, id: string) {
  const server = isId(id)
    ? await scope.db.server.findFirst({
        where: { id, orgId: scope.orgId, status: { not: 'removed' }, ...openTo(scope.sees) },
      })
    : null;
  if (!server) throw notFound('server', id);
  return server;
}

/** Those of the servers that the caller sees, also ones that were removed. */
export function serversById(scope: OrgScope, ids: readonly string[]) {
  return scope.db.server.findMany({
    where: { id: { in: [...ids] }, orgId: scope.orgId, ...openTo(scope.sees) },
    orderBy: { id: 'asc' },
  });
}

export interface ServerFilter {
  status?: ServerStatus | null | undefined;
  statuses?: readonly ServerStatus[] | null | undefined;
  search?: string | null | undefined;
}

export function listServers(scope: OrgScope, given: PageArgs & ServerFilter) {
  const args = byStatus<ServerStatus, typeof given>(given);
  const term = searchTerm(args.search);
  const text = { contains: term ?? '', mode: 'insensitive' as const };
  const where = {
    orgId: scope.orgId,
    status: { not: 'removed' as const, in: args.status },
    ...openTo(scope.sees),
    ...(term ? { OR: [{ name: text }, { host: text }] } : {}),
  };
  return page(`servers of ${scope.orgId}`, args, {
    find: (seek) => scope.db.server.findMany(foundNamed(where, seek)),
    count: () => scope.db.server.count({ where }),
  });
}
