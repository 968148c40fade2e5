import type { Session } from '../../prisma/generated/client/client.ts';
import { type Access, requirePerson } from '../access/access.ts';
import type { App } from '../app.ts';
import { notFound } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { isId } from '../ids.ts';
import { type Page, type PageArgs, page, foundById } from '../lists.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { endSessions } from './sessions.ts';
import { accountIn } from './profile.ts';

const living = () => ({ revokedAt: null, expiresAt: { gt: new Date() } });

/** The person's living sessions, newest first. */
export function listSessions(app: App, access: Access, args: PageArgs): Promise<Page<Session>> {
  const { userId } = requirePerson(access);
  const where = { userId, ...living() };
  const { session } = app.db.prisma;
  return page(`sessions of ${userId}`, args, {
    find: (seek) => session.findMany(foundById(where, seek)),
    count: () => session.count({ where }),
  });
}

export async function getSession(app: App, access: Access, id: string): Promise<Session> {
  const { userId } = requirePerson(access);
  const session = isId(id) ? await app.db.prisma.session.findFirst({ where: { id, userId, ...living() } }) : null;
  if (!session) throw notFound('session', id);
  return session;
}

export async function endSession(app: App, access: Access, client: Client, id: string): Promise<void> {
  const { userId } = requirePerson(access);
  await app.db.prisma.$transaction(async (tx) => {
    const { count } = isId(id)
      ? await tx.session.updateMany({ where: { id, userId, ...living() }, data: { revokedAt: new Date() } })
      : { count: 0 };
    if (count === 0) throw notFound('session', id);
    await recordAccountFact(tx, client, 'auth.session_ended', await accountIn(tx, userId), { session: id });
    await notify(tx, [`access:${userId}`]);
  });
}

/** Ends all of the person's sessions but this one; gives how many. */
export async function endOtherSessions(app: App, access: Access, client: Client): Promise<number> {
  const { userId, sessionId } = requirePerson(access);
  return app.db.prisma.$transaction(async (tx) => {
    const ended = await endSessions(tx, userId, sessionId);
    await recordAccountFact(tx, client, 'auth.other_sessions_ended', await accountIn(tx, userId), { ended });
    return ended;
  });
}
