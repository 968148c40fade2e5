import type { Organization } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { countInstances } from '../instances/index.ts';
import { countMembers } from '../members/index.ts';
import { countServers } from '../servers/index.ts';
import { type Page, type PageArgs, page, searchTerm, foundById } from '../lists.ts';

/** How much an organization holds. */
export interface OrganizationUse {
  id: string;
  members: number;
  servers: number;
  instances: number;
}

export async function organizationUse(app: App, ids: string[]): Promise<OrganizationUse[]> {
  const [members, servers, instances] = await Promise.all([
    countMembers(app, ids),
    countServers(app, ids),
    countInstances(app, ids),
  ]);
  return ids.map((id) => ({
    id,
    members: members.get(id) ?? 0,
    servers: servers.get(id) ?? 0,
    instances: instances.get(id) ?? 0,
  }));
}

export function listOrganizations(
  app: App,
  args: PageArgs & { search?: string | null | undefined },
): Promise<Page<Organization>> {
  const term = searchTerm(args.search);
  const search = { contains: term ?? '', mode: 'insensitive' as const };
  const where = term ? { OR: [{ slug: search }, { name: search }] } : {};
  return page('organizations', args, {
    find: (seek) => app.db.prisma.organization.findMany(foundById(where, seek)),
    count: () => app.db.prisma.organization.count({ where }),
  });
}

export async function getOrganization(app: App, id: string): Promise<Organization> {
  const organization = isId(id) ? await app.db.prisma.organization.findUnique({ where: { id } }) : null;
  if (!organization) throw notFound('organization', id);
  return organization;
}
