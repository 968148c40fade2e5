import type { App } from '../../app.ts';
import type { Prisma } from '../../database/database.ts';

/** The accounts at providers that are connected to the person's own. */
export function listConnectedAccounts(app: App, userId: string, query: Prisma.ConnectedAccountDefaultArgs) {
  return app.db.prisma.connectedAccount.findMany({ ...query, where: { userId }, orderBy: { provider: 'asc' } });
}

export async function hasPassword(app: App, userId: string): Promise<boolean> {
  return (await app.db.prisma.user.count({ where: { id: userId, passwordHash: { not: null } } })) === 1;
}
