import type { App } from '../app.ts';
import { batch, deleteInBatches } from '../database/batches.ts';
import { eventDays } from '../events/read.ts';
import { startHourly } from '../hourly.ts';
import { firstIdAt } from '../ids.ts';

/** Deletes deliveries whose event is no longer kept, and those of deleted endpoints. */
async function sweep({ db: { prisma } }: App, signal: AbortSignal): Promise<void> {
  const oldest = firstIdAt(new Date(Date.now() - eventDays * 86400_000));
  const old = () => prisma.$executeRaw`
    DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE id < ${oldest}::uuid ORDER BY id LIMIT ${batch})`;
  const ofNobody = () => prisma.$executeRaw`
    DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries d WHERE NOT EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = d.endpoint_id) LIMIT ${batch})`;
  for (const some of [old, ofNobody]) await deleteInBatches(signal, some);
}

export function startSweep(app: App): { stop(): Promise<void> } {
  return startHourly(app.log, 'Old webhook deliveries were not deleted', (signal) => sweep(app, signal));
}
