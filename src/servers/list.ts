import type { ServerStatus } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { page, type PageArgs, seekNamed } from '../lists.ts';
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

export function listServers(scope: OrgScope, args: PageArgs & { status?: ServerStatus | null | undefined }) {
  return page(`servers of ${scope.orgId}`, args, (seek) => {
    const { and, ...rest } = seekNamed(seek);
    return scope.db.server.findMany({
      where: {
        orgId: scope.orgId,
        status: { not: 'removed', ...(args.status ? { equals: args.status } : {}) },
        ...openTo(scope.sees),
        AND: and,
      },
      ...rest,
    });
  });
}
