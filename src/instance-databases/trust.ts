import type { App } from '../app.ts';
import { findContainer, isTrusted, namesOf, trustOdoo } from '../instances/index.ts';
import { liveOperation } from '../operations/live.ts';
import type { Reached } from './ask.ts';

/**
 * Ends the exception of the last rotation once Odoo was started again by anybody: it has read the new password then. What an
 * operation works on is its own.
 */
export async function endTrust(app: App, { instance, host }: Reached, signal: AbortSignal): Promise<void> {
  const { prisma } = app.db;
  const odoo = await findContainer(host, namesOf(instance.id).odoo);
  if (!odoo?.State.Running || isTrusted(instance, odoo)) return;
  if ((await prisma.operation.count({ where: { resourceId: instance.id, ...liveOperation } })) > 0) return;
  await trustOdoo(app, { host, instance }, null, signal);
  // Only what was looked at, and no change of the instance: updatedAt stays.
  await prisma.$executeRaw`UPDATE instances SET database_trust = NULL WHERE id = ${instance.id}::uuid AND database_trust = ${JSON.stringify(instance.databaseTrust)}::jsonb`;
}
