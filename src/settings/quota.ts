import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import type { LiveSettings } from './live-settings.ts';
import type { QuotaName } from './settings.ts';

interface Limits {
  maxServers: number | null;
  maxInstances: number | null;
  maxMembers: number | null;
  maxProjects: number | null;
}

const ownLimit: Readonly<Record<QuotaName, (limits: Limits) => number | null>> = {
  servers: (limits) => limits.maxServers,
  instances: (limits) => limits.maxInstances,
  members: (limits) => limits.maxMembers,
  projects: (limits) => limits.maxProjects,
};

const counts: Readonly<Record<QuotaName, (tx: Tx, orgId: string) => Promise<number>>> = {
  servers: (tx, orgId) => tx.server.count({ where: { orgId } }),
  instances: (tx, orgId) => tx.instance.count({ where: { orgId } }),
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
  const maximum = (limits && ownLimit[name](limits)) ?? settings.current.quotas[name];
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
