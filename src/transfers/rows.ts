import type { Transfer, TransferDirection, TransferStatus } from '../../prisma/generated/client/client.ts';
import { type OrgScope, reachable, seenProjects } from '../access/scope.ts';
import { isId } from '../ids.ts';
import { getInstance } from '../instances/index.ts';
import { foundById, page, type PageArgs } from '../lists.ts';

export async function getTransfer(scope: OrgScope, id: string): Promise<Transfer> {
  const transfer = isId(id) ? await scope.db.transfer.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  return reachable(scope, 'transfer', id, transfer, (row) => row.projectId);
}

export interface TransferFilter {
  direction?: TransferDirection | null | undefined;
  status?: TransferStatus | null | undefined;
}

/** Those of one instance, newest first. */
export async function listTransfers(scope: OrgScope, instanceId: string, args: PageArgs & TransferFilter) {
  const { id } = await getInstance(scope, instanceId);
  const where = {
    orgId: scope.orgId,
    instanceId: id,
    projectId: seenProjects(scope),
    ...(args.direction ? { direction: args.direction } : {}),
    ...(args.status ? { status: args.status } : {}),
  };
  return page<Transfer>(`transfers of ${id}`, args, {
    find: (seek) => scope.db.transfer.findMany(foundById(where, seek)),
    count: () => scope.db.transfer.count({ where }),
  });
}

/** Whom a fact is about. */
export const factAbout = (row: Pick<Transfer, 'id' | 'filename' | 'projectId'>) => ({
  resource: 'transfer',
  resourceId: row.id,
  resourceName: row.filename,
  projectId: row.projectId,
});

/** Until when a file is kept, unless it is used again. */
export const newExpiry = (): Date => new Date(Date.now() + 24 * 3600_000);
