import type { App } from '../app.ts';

const everyMs = 3600_000;

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

/** Sweeps now and every hour; gives the way to stop. */
export function startSweeping(app: App): () => Promise<void> {
  let round = Promise.resolve();
  const start = (): void => {
    round = sweep(app).catch((error: unknown) => app.log.warn({ err: error }, 'Expired rows could not be deleted'));
  };
  const timer = setInterval(start, everyMs);
  start();
  return async () => {
    clearInterval(timer);
    await round;
  };
}
