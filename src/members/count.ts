import type { App } from '../app.ts';

/** How many members each organization has; those with none are left out. */
export async function countMembers(app: App, orgIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const groups = await app.db.prisma.membership.groupBy({
    by: 'orgId',
    where: { orgId: { in: [...orgIds] } },
    _count: true,
  });
  return new Map(groups.map(({ orgId, _count }) => [orgId, _count]));
}

/** How many organizations each person belongs to; those with none are left out. */
export async function countOrganizations(app: App, userIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const groups = await app.db.prisma.membership.groupBy({
    by: 'userId',
    where: { userId: { in: [...userIds] } },
    _count: true,
  });
  return new Map(groups.map(({ userId, _count }) => [userId, _count]));
}
