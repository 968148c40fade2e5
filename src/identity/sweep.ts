import type { App } from '../app.ts';
import { startHourly } from '../hourly.ts';

/** Takes away sessions and e-mails that ended a month ago; until then they stay for inquiries. */
export async function sweep(app: App): Promise<void> {
  const monthAgo = new Date(Date.now() - 30 * 86400_000);
  await app.db.prisma.session.deleteMany({
    where: { OR: [{ expiresAt: { lt: monthAgo } }, { revokedAt: { lt: monthAgo } }] },
  });
  await app.db.prisma.mail.deleteMany({
    where: { OR: [{ sentAt: { lt: monthAgo } }, { failedAt: { lt: monthAgo } }] },
  });
}

export function startSweeping(app: App): { stop(): Promise<void> } {
  return startHourly(app.log, 'Expired rows could not be deleted', () => sweep(app));
}
