import { z } from 'zod';
import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import type { LiveSettings } from './live-settings.ts';
import type { QuotaName } from './settings.ts';

const limit = z.number().int().min(0).max(1_000_000).nullish();
/** The limits as the administrator gives them, for one organization or for all. */
export const quotaFields = { maxServers: limit, maxInstances: limit, maxMembers: limit, maxProjects: limit };

const fieldOf = {
  servers: 'maxServers',
  instances: 'maxInstances',
  members: 'maxMembers',
  projects: 'maxProjects',
} as const satisfies Record<QuotaName, keyof typeof quotaFields>;

/** What was removed from its server leaves its row. */
const there = { status: { not: 'removed' as const } };

const counts: Readonly<Record<QuotaName, (tx: Tx, orgId: string) => Promise<number>>> = {
  servers: (tx, orgId) => tx.server.count({ where: { orgId, ...there } }),
  instances: (tx, orgId) => tx.instance.count({ where: { orgId, ...there } }),
  members: (tx, orgId) => tx.membership.count({ where: { orgId } }),
  projects: (tx, orgId) => tx.project.count({ where: { orgId } }),
};

/**
 * Whether the organization may hold one more of these. Called in the transaction that creates it: where there is a limit,
 * creations of one organization come one after the other, so that two of them cannot both take the last place.
 */
export async function requireQuota(
  { settings }: { settings: LiveSettings },
  tx: Tx,
  orgId: string,
  name: QuotaName,
): Promise<void> {
  const select = { maxServers: true, maxInstances: true, maxMembers: true, maxProjects: true };
  const limits = await tx.organization.findFirst({ where: { id: orgId }, select });
  const maximum = limits?.[fieldOf[name]] ?? settings.current.quotas[name];
  if (maximum === null) return;
  await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${orgId}::uuid FOR NO KEY UPDATE`;
  const used = await counts[name](tx, orgId);
  if (used < maximum) return;
  throw new AppError(
    'quota_exceeded',
    `The organization may have at most ${maximum} ${name} and has ${used}; delete some, or ask the administrator of this installation for more`,
    { quota: name, maximum, used },
  );
}
