import type { App } from '../app.ts';
import { startHourly } from '../hourly.ts';
import { lookAtEnded } from './retention.ts';
import { mendClock, runDue } from './run.ts';
import { lookForStale } from './stale.ts';

const lookMs = 5000;
/** Of one look: the others wait for the next, so that ended backups are looked at, too. */
const mostRuns = 50;

/** Begins scheduled backups and looks at those that have ended. Every worker looks; a transaction makes one of them do it. */
export function startBackupSchedules(app: App): { stop(): Promise<void> } {
  let isStopped = false;
  const look = async (): Promise<void> => {
    await mendClock(app);
    for (let runs = 0; runs < mostRuns && !isStopped && (await runDue(app)); runs += 1);
    if (!isStopped) await lookAtEnded(app);
  };
  let looking: Promise<void> | undefined;
  const wake = (): void => {
    looking ??= look()
      .catch((error: unknown) =>
        app.log.warn({ err: error }, 'Scheduled backups could not be looked at; this will be tried again'),
      )
      .finally(() => {
        looking = undefined;
      });
  };
  const timer = setInterval(wake, lookMs);
  wake();
  const stale = startHourly(app.log, 'Stale backups could not be looked for', () => lookForStale(app));
  return {
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      await looking;
      await stale.stop();
    },
  };
}
