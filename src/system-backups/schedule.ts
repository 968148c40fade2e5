import { Cron } from 'croner';
import type { App } from '../app.ts';
import { passphraseIn } from '../config-backup.ts';
import { openDestination } from './destination.ts';
import { makeBackup } from './make.ts';

const lookMs = 30_000;
/** How long after a failure it is tried again. */
const againMs = 15 * 60_000;

/** Whether a backup is due: the first one at once, later ones when their time has come, also if nothing ran at that time. */
async function isDue({ db: { prisma } }: App, cron: Cron): Promise<boolean> {
  const scheduled = { trigger: 'schedule' };
  const last = await prisma.systemBackup.findFirst({ where: scheduled, orderBy: { startedAt: 'desc' } });
  if (last?.status === 'failed' && (last.finishedAt?.getTime() ?? 0) > Date.now() - againMs) return false;
  const good = await prisma.systemBackup.findFirst({
    where: { ...scheduled, status: 'completed' },
    orderBy: { startedAt: 'desc' },
  });
  const next = good ? cron.nextRun(good.startedAt) : new Date(0);
  return next !== null && next.getTime() <= Date.now();
}

/** Makes the scheduled backups. Every worker looks; the first one that finds one due makes it. */
export function startSystemBackups(app: App, databaseUrl: string): { stop(): Promise<void> } | undefined {
  const { config, log } = app;
  const passphrase = passphraseIn(config);
  if (config.BACKUP_DESTINATION === undefined || config.BACKUP_SCHEDULE === 'off' || passphrase === undefined)
    return undefined;
  const cron = new Cron(config.BACKUP_SCHEDULE, { paused: true, timezone: 'UTC' });
  const end = new AbortController();
  const look = async (): Promise<void> => {
    if (!(await isDue(app, cron))) return;
    const storage = openDestination(config);
    const due = (): Promise<boolean> => isDue(app, cron);
    const making = { databaseUrl, storage, passphrase, trigger: 'schedule' as const, signal: end.signal, isDue: due };
    await makeBackup(app, making).finally(() => storage.close());
  };
  let looking: Promise<void> | undefined;
  const wake = (): void => {
    looking ??= look()
      // Its reason is recorded, unless the database itself is away.
      .catch((error: unknown) => log.warn({ err: error }, 'A scheduled backup was not made; it will be tried again'))
      .finally(() => {
        looking = undefined;
      });
  };
  const timer = setInterval(wake, lookMs);
  wake();
  return {
    stop: async () => {
      end.abort();
      clearInterval(timer);
      await looking;
    },
  };
}
