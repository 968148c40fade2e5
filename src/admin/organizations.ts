import type { Organization } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { type Page, type PageArgs, page, searchTerm, seekById } from '../lists.ts';

/** An organization with how much it holds. */
export type CountedOrganization = Organization & { members: number; servers: number; instances: number };

async function withCounts(app: App, rows: Organization[]): Promise<CountedOrganization[]> {
  const orgId = { in: rows.map((row) => row.id) };
  const [members, servers, instances] = await Promise.all([
    app.db.prisma.membership.groupBy({ by: 'orgId', where: { orgId }, _count: true }),
    app.db.prisma.server.groupBy({ by: 'orgId', where: { orgId, status: { not: 'removed' } }, _count: true }),
    app.db.prisma.instance.groupBy({ by: 'orgId', where: { orgId, status: { not: 'removed' } }, _count: true }),
  ]);
  const count = (groups: { orgId: string; _count: number }[], id: string): number => groups.find((group) => group.orgId === id)?._count ?? 0;
  return rows.map((row) => ({ ...row, members: count(members, row.id), servers: count(servers, row.id), instances: count(instances, row.id) }));
}

export async function listOrganizations(app: App, args: PageArgs & { search?: string | null | undefined }): Promise<Page<CountedOrganization>> {
  const term = searchTerm(args.search);
  const search = { contains: term ?? '', mode: 'insensitive' as const };
  const found = await page(args, (seek) => {
    const { and, ...rest } = seekById(seek);
    return app.db.prisma.organization.findMany({ where: { AND: and, ...(term ? { OR: [{ slug: search }, { name: search }] } : {}) }, ...rest });
  });
  return { ...found, rows: await withCounts(app, found.rows) };
}

export async function getOrganization(app: App, id: string): Promise<CountedOrganization> {
  const organization = isId(id) ? await app.db.prisma.organization.findUnique({ where: { id } }) : null;
  const [counted] = organization ? await withCounts(app, [organization]) : [];
  if (!counted) throw notFound('organization', id);
  return counted;
}
