import type { App } from '../app.ts';

/** How many each organization has; those with none are left out. */
export async function countMembers(app: App, orgIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const groups = await app.db.prisma.membership.groupBy({
    by: 'orgId',
    where: { orgId: { in: [...orgIds] } },
    _count: true,
  });
  return new Map(groups.map(({ orgId, _count }) => [orgId, _count]));
}
