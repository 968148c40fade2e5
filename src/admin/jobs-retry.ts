import type { App } from '../app.ts';
import { retryable, startAgain } from '../operations/service.ts';
import { type Administrator, scopeIn } from './administrator.ts';
import { getJob } from './jobs.ts';

/** Runs a failed or cancelled operation of any organization again. The organization's audit log says who did it. */
export async function retryJob(app: App, admin: Administrator, id: string) {
  const before = await getJob(app, id);
  const kind = await retryable(app, app.db.prisma, before);
  return startAgain(app, scopeIn(admin, before.orgId), kind, before);
}
