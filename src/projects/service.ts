import { z } from 'zod';
import { type OrgScope, reachable, requireProject, seenProjects } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { wantedSlugs, withFreeSlug } from '../database/free-slug.ts';
import { displayName } from '../display-name.ts';
import { AppError } from '../errors.ts';
import { namesOf } from '../feature/holding.ts';
import { isId, newId } from '../ids.ts';
import { foundNamed, page, type PageArgs, searchTerm } from '../lists.ts';
import { parse } from '../parse.ts';
import { requireQuota } from '../settings/index.ts';
import { slugSchema, slugsFor } from '../slug.ts';

const name = displayName(100);
const description = z.string().max(2000);
export const odooVersion = z
  .string()
  .regex(/^(1[6-9]|2\d)\.0$/, 'must be a supported Odoo release: 16.0, 17.0, 18.0, 19.0 or a later one of this form');
export const createInput = z.object({
  name,
  slug: slugSchema.nullish(),
  description: description.nullish(),
  odooVersion: odooVersion.nullish(),
});
export const updateInput = z.object({
  name: name.nullish(),
  description: description.nullish(),
  odooVersion: odooVersion.nullish(),
});

export async function getProject(scope: OrgScope, id: string) {
  const project = isId(id) ? await scope.db.project.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  return reachable(scope, 'project', id, project, (row) => row.id);
}

export interface ProjectFilter {
  includeArchived?: boolean | null | undefined;
  search?: string | null | undefined;
}

export function listProjects(scope: OrgScope, args: PageArgs & ProjectFilter) {
  const search = searchTerm(args.search);
  const where = {
    orgId: scope.orgId,
    id: seenProjects(scope),
    ...(args.includeArchived ? {} : { archivedAt: null }),
    ...(search ? { name: { contains: search, mode: 'insensitive' as const } } : {}),
  };
  return page(`projects of ${scope.orgId}`, args, {
    find: (seek) => scope.db.project.findMany(foundNamed(where, seek)),
    count: () => scope.db.project.count({ where }),
  });
}

export async function createProject(app: App, scope: OrgScope, given: unknown) {
  const input = parse(createInput, given);
  // A new project belongs to no project yet.
  requireProject(scope, null);
  const slugs = wantedSlugs(input.slug, () => slugsFor(input.name, 'project'));
  return withFreeSlug('A project', slugs, (slug) =>
    mutate(app, scope, async ({ tx, record }) => {
      await requireQuota(app, tx, scope.orgId, 'projects');
      const project = await tx.project.create({
        data: {
          id: newId(),
          orgId: scope.orgId,
          name: input.name,
          slug,
          description: input.description ?? '',
          odooVersion: input.odooVersion ?? '19.0',
        },
      });
      await record({
        action: 'project.created',
        resource: 'project',
        resourceId: project.id,
        resourceName: project.name,
        projectId: project.id,
        after: { name: project.name, slug },
      });
      return project;
    }),
  );
}

export async function updateProject(app: App, scope: OrgScope, id: string, given: unknown) {
  const input = parse(updateInput, given);
  const before = await getProject(scope, id);
  return mutate(app, scope, async ({ tx, record }) => {
    const project = await tx.project.update({
      where: { id, orgId: scope.orgId },
      data: {
        ...(input.name ? { name: input.name } : {}),
        ...(typeof input.description === 'string' ? { description: input.description } : {}),
        ...(input.odooVersion ? { odooVersion: input.odooVersion } : {}),
      },
    });
    await record({
      action: 'project.updated',
      resource: 'project',
      resourceId: id,
      resourceName: project.name,
      projectId: id,
      before: { name: before.name },
      after: { name: project.name },
    });
    return project;
  });
}

export async function archiveProject(app: App, scope: OrgScope, id: string, archived: boolean) {
  await getProject(scope, id);
  return mutate(app, scope, async ({ tx, record }) => {
    const project = await tx.project.update({
      where: { id, orgId: scope.orgId },
      data: { archivedAt: archived ? new Date() : null },
    });
    await record({
      action: archived ? 'project.archived' : 'project.unarchived',
      resource: 'project',
      resourceId: id,
      resourceName: project.name,
      projectId: id,
    });
    return project;
  });
}

/** Deletes a project that holds no environment and no repository any more; nothing that runs is ever deleted along. */
export async function deleteProject(app: App, scope: OrgScope, id: string) {
  const project = await getProject(scope, id);
  return mutate(app, scope, async ({ tx, record }) => {
    const environments = await tx.environment.findMany({
      where: { projectId: id, orgId: scope.orgId },
      select: { name: true },
    });
    if (environments.length > 0) {
      throw new AppError('conflict', 'The project still has environments; delete them first', {
        environments: environments.map((row) => row.name),
      });
    }
    const place = { type: 'project', orgId: scope.orgId, id } as const;
    const living = await app.holdings.living(tx, place);
    if (living.length > 0)
      throw new AppError(
        'conflict',
        `Delete these of the project first: ${living.flatMap(({ names }) => names).join(', ')}`,
        namesOf(living),
      );
    await app.holdings.erase(tx, place);
    await tx.project.delete({ where: { id, orgId: scope.orgId } });
    await record({
      action: 'project.deleted',
      resource: 'project',
      resourceId: id,
      resourceName: project.name,
      projectId: id,
      before: { name: project.name },
    });
    return project;
  });
}
