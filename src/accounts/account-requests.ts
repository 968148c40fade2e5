import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { WorkLoop } from '../events/work-loop.ts';
import { answerReset } from '../identity/index.ts';
import { answerSignUp } from './confirm-sign-up.ts';

const answers: Readonly<Record<string, (tx: Tx, app: App, data: unknown) => Promise<void>>> = {
  reset_request: answerReset,
  sign_up_request: answerSignUp,
};

/** Processes one recorded request. The request itself does not look up the account, so its time reveals nothing. */
async function answerOne(app: App): Promise<boolean> {
  return app.db.prisma.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<{ purpose: string; data: unknown }[]>`
      DELETE FROM one_time_tokens
      WHERE id = (SELECT id FROM one_time_tokens WHERE purpose IN ('reset_request', 'sign_up_request') ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING purpose, data`;
    if (!row) return false;
    await answers[row.purpose]?.(tx, app, row.data);
    return true;
  });
}

export function startAccountRequests(app: App): WorkLoop {
  return new WorkLoop(app.events, 'mail', 5000, app.log, () => answerOne(app));
}
