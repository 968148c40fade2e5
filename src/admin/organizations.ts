import type { Organization } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { countInstances } from '../instances/index.ts';
import { countMembers } from '../members/index.ts';
import { countServers } from '../servers/index.ts';
import { type Page, type PageArgs, page, searchTerm, seekById } from '../lists.ts';

/** An organization with how much it holds. */
export type CountedOrganization = Organization & { members: number; servers: number; instances: number };

async function withCounts(app: App, rows: Organization[]): Promise<CountedOrganization[]> {
  const ids = rows.map((row) => row.id);
  const [members, servers, instances] = await Promise.all([
    countMembers(app, ids),
    countServers(app, ids),
    countInstances(app, ids),
  ]);
  return rows.map((row) => ({
    ...row,
    members: members.get(row.id) ?? 0,
    servers: servers.get(row.id) ?? 0,
    instances: instances.get(row.id) ?? 0,
  }));
}

export async function listOrganizations(
  app: App,
  args: PageArgs & { search?: string | null | undefined },
): Promise<Page<CountedOrganization>> {
  const term = searchTerm(args.search);
  const search = { contains: term ?? '', mode: 'insensitive' as const };
  const found = await page(args, (seek) => {
    const { and, ...rest } = seekById(seek);
    return app.db.prisma.organization.findMany({
      where: { AND: and, ...(term ? { OR: [{ slug: search }, { name: search }] } : {}) },
      ...rest,
    });
  });
  return { ...found, rows: await withCounts(app, found.rows) };
}

export async function getOrganization(app: App, id: string): Promise<CountedOrganization> {
  const organization = isId(id) ? await app.db.prisma.organization.findUnique({ where: { id } }) : null;
  const [counted] = organization ? await withCounts(app, [organization]) : [];
  if (!counted) throw notFound('organization', id);
  return counted;
}
