import { z } from 'zod';
import type { Repository } from '../../prisma/generated/client/client.ts';
import { type OrgScope, reachable } from '../access/scope.ts';
import type { Tx } from '../database/database.ts';
import { found, invalidState, notFound } from '../errors.ts';
import type { HostKey } from '../git/index.ts';
import { isId } from '../ids.ts';
import type { PageArgs } from '../lists.ts';
import { getProject } from '../projects/index.ts';
import { orderedPage } from './ordered-page.ts';
import { repositoryResource } from './resource.ts';

/** `webhookSecret` only in the response that made it. */
export type RepositoryRow = Repository & { webhookSecret?: string };

export async function getRepository(scope: OrgScope, id: string): Promise<RepositoryRow> {
  const row = isId(id) ? await scope.db.repository.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  return reachable(scope, 'repository', id, row, ({ projectId }) => projectId);
}

/** The repository of a project, where it has but one; of several the first. */
export async function firstRepository(scope: OrgScope, projectId: string): Promise<RepositoryRow> {
  const { id } = await getProject(scope, projectId);
  const row = await scope.db.repository.findFirst({
    where: { projectId: id, orgId: scope.orgId },
    orderBy: { position: 'asc' },
  });
  if (!row) throw notFound('repository of the project', projectId);
  return row;
}

/** The repositories of a project, in their order. */
export async function listRepositories(scope: OrgScope, { projectId, ...args }: PageArgs & { projectId: string }) {
  const { id } = await getProject(scope, projectId);
  const rows = await scope.db.repository.findMany({ where: { projectId: id, orgId: scope.orgId } });
  return orderedPage(`repositories of ${id}`, args, rows, ({ position }) => position);
}

const hostKeysShape = z.array(z.object({ type: z.string(), key: z.string(), fingerprint: z.string() }));
export const hostKeysOf = (row: Pick<Repository, 'hostKeys'>): HostKey[] => hostKeysShape.parse(row.hostKeys);
export const presentedHostKeysOf = (row: Pick<Repository, 'presentedHostKeys'>): HostKey[] =>
  hostKeysShape.parse(row.presentedHostKeys);

/** What the audit log and events tell. */
export const shown = (row: Repository) => {
  const { name, url, branch, provider, access, position } = row;
  return { name, url, branch, provider, access, position };
};

/** Whom a fact is about. */
export const factAbout = (row: Pick<Repository, 'id' | 'name' | 'projectId'>) => ({
  resource: repositoryResource,
  resourceId: row.id,
  resourceName: row.name,
  projectId: row.projectId,
});

/** The row as it is, which changes in this transaction alone from here on. */
export async function lockRepository(tx: Tx, orgId: string, id: string): Promise<Repository> {
  await tx.$queryRaw`SELECT 1 FROM repositories WHERE id = ${id}::uuid AND org_id = ${orgId}::uuid FOR UPDATE`;
  return found(await tx.repository.findFirst({ where: { id, orgId } }), 'repository', id);
}

/** How it is reached does not change under what is reading it. */
export function requireQuiet({ status }: Pick<Repository, 'status'>): void {
  if (status === 'syncing') throw invalidState('repository', status, ['pending', 'valid', 'failed']);
}
