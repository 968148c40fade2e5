import type { App } from '../app.ts';
import { eventDays } from '../events/read.ts';
import { firstIdAt } from '../ids.ts';

const everyMs = 3600_000;
const batch = 5000;

/** Deletes deliveries whose event is no longer kept, and those of deleted endpoints. */
async function sweep({ db: { prisma } }: App, signal: AbortSignal): Promise<void> {
  const oldest = firstIdAt(new Date(Date.now() - eventDays * 86400_000));
  const old = () => prisma.$executeRaw`
    DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE id < ${oldest}::uuid ORDER BY id LIMIT ${batch})`;
  const ofNobody = () => prisma.$executeRaw`
    DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries d WHERE NOT EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = d.endpoint_id) LIMIT ${batch})`;
  for (const some of [old, ofNobody]) while ((await some()) === batch) signal.throwIfAborted();
}

/** Sweeps at the start and then every hour. Every worker may: deleting twice harms nothing. */
export function startSweep(app: App): { stop(): Promise<void> } {
  const end = new AbortController();
  const run = (): Promise<void> =>
    sweep(app, end.signal).catch((error: unknown) => {
      if (!end.signal.aborted) app.log.warn({ err: error }, 'Old webhook deliveries were not deleted');
    });
  let running = run();
  const timer = setInterval(() => {
    running = run();
  }, everyMs);
  return {
    stop: async () => {
      end.abort();
      clearInterval(timer);
      await running;
    },
  };
}
