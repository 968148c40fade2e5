import { z } from 'zod';
import type { Server } from '../../prisma/generated/client/client.ts';
import { type Reach, reachOf } from '../access/access.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import type { TenantClient } from '../database/database.ts';
import { AppError, notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { parse } from '../parse.ts';
import { serverResource } from './resource.ts';

export const updateServerProjectsInput = z.object({
  projectIds: z
    .array(z.string())
    .max(1000)
    .transform((ids) => [...new Set(ids)].sort()),
});

/** Narrows servers to those that are open to one of the projects that are seen. */
export function openTo(sees: Reach): { projects?: { some: { projectId: { in: string[] } } } } {
  return sees === 'all' ? {} : { projects: { some: { projectId: { in: [...sees] } } } };
}

/**
 * The server, if the caller may put an instance of this project on it. Those who may do that in the whole organization
 * choose among all servers; people and keys that are limited to projects, among those that are open to the project.
 */
export async function serverForProject(scope: OrgScope, id: string, projectId: string): Promise<Server> {
  const where = { id, orgId: scope.orgId };
  const server = isId(id) ? await scope.db.server.findFirst({ where: { ...where, status: { not: 'removed' } } }) : null;
  if (!server) throw notFound('server', id);
  if (scope.acts === 'all') return server;
  const open = new Set(
    (
      await scope.db.projectServer.findMany({
        where: { orgId: scope.orgId, serverId: id },
        select: { projectId: true },
      })
    ).map((row) => row.projectId),
  );
  if (open.has(projectId)) return server;
  const sees = reachOf(scope.access, 'view:servers');
  if (sees !== 'all' && ![...open].some((known) => sees.has(known))) throw notFound('server', id);
  throw new AppError('forbidden', 'The server is not open to this project; a member with manage:servers can open it', {
    server: id,
    project: projectId,
  });
}

/** The projects that each of the servers is open to, as far as the caller's reach shows projects. */
export async function projectsOfServers(
  db: TenantClient,
  orgId: string,
  sees: Reach,
  serverIds: string[],
): Promise<{ id: string; projectIds: string[] }[]> {
  const rows = await db.projectServer.findMany({
    where: { orgId, serverId: { in: serverIds }, ...(sees === 'all' ? {} : { projectId: { in: [...sees] } }) },
    orderBy: { projectId: 'asc' },
  });
  return serverIds.map((id) => ({
    id,
    projectIds: rows.filter((row) => row.serverId === id).map((row) => row.projectId),
  }));
}

/** Opens the server to exactly these projects. Instances that are on it stay. */
export async function updateServerProjects(app: App, scope: OrgScope, id: string, given: unknown): Promise<Server> {
  const { projectIds } = parse(updateServerProjectsInput, given);
  return mutate(app, scope, async ({ tx, record }) => {
    const server = isId(id)
      ? await tx.server.findFirst({ where: { id, orgId: scope.orgId, status: { not: 'removed' } } })
      : null;
    if (!server) throw notFound('server', id);
    const found = new Set(
      (
        await tx.project.findMany({
          where: { orgId: scope.orgId, id: { in: projectIds.filter(isId) } },
          select: { id: true },
        })
      ).map((row) => row.id),
    );
    const unknown = projectIds.find((projectId) => !found.has(projectId));
    if (unknown !== undefined) throw notFound('project', unknown);
    const where = { orgId: scope.orgId, serverId: id };
    const before = await tx.projectServer.findMany({ where, orderBy: { projectId: 'asc' } });
    await tx.projectServer.deleteMany({ where: { ...where, projectId: { notIn: projectIds } } });
    await tx.projectServer.createMany({
      data: projectIds.map((projectId) => ({ ...where, projectId })),
      skipDuplicates: true,
    });
    await record({
      action: 'server.projects_updated',
      resource: serverResource,
      resourceId: id,
      resourceName: server.name,
      before: { projectIds: before.map((row) => row.projectId) },
      after: { projectIds },
    });
    return server;
  });
}
