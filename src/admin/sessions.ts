import type { Session } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { notFound } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { isId } from '../ids.ts';
import { foundById, idFilter, type Page, type PageArgs, page } from '../lists.ts';
import { type Administrator, recordOfUser } from './administrator.ts';

const living = () => ({ revokedAt: null, expiresAt: { gt: new Date() } });

/** The living sessions of everybody or of one account, newest first. */
export function listSessionsOf(
  app: App,
  args: PageArgs & { userId?: string | null | undefined },
): Promise<Page<Session>> {
  const where = { userId: idFilter(args.userId), ...living() };
  const { session } = app.db.prisma;
  return page('sessions of all', args, {
    find: (seek) => session.findMany(foundById(where, seek)),
    count: () => session.count({ where }),
  });
}

export async function getSessionOf(app: App, id: string): Promise<Session> {
  const session = isId(id) ? await app.db.prisma.session.findFirst({ where: { id, ...living() } }) : null;
  if (!session) throw notFound('session', id);
  return session;
}

export async function endSessionOf(app: App, admin: Administrator, id: string): Promise<void> {
  await app.db.prisma.$transaction(async (tx) => {
    const session = isId(id)
      ? await tx.session.findFirst({ where: { id, ...living() }, include: { user: true } })
      : null;
    if (!session?.user) throw notFound('session', id);
    await tx.session.update({ where: { id }, data: { revokedAt: new Date() } });
    await recordOfUser(tx, admin, 'user.session_ended', session.user, { session: session.id });
    await notify(tx, [`access:${session.userId}`]);
  });
}
