import type { Instance } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { getInstance, postgresRelease } from '../instances/index.ts';
import { downtimeOf, isProof, type Rehearsal, rehearsalOf } from './rehearsal.ts';
import { spaceFor } from './space.ts';
import { type Target, targetsOf } from './targets.ts';

/** What stands in the way of an upgrade, and what was found out about it. */
export interface DatabaseUpgrade {
  instanceId: string;
  image: string;
  /** Null where the image's tag does not say. */
  version: number | null;
  targets: Target[];
  replicas: number;
  rehearsal: (Rehearsal & { valid: boolean }) | null;
  expectedDowntimeSeconds: number | null;
  /** Null before the monitor has read it. */
  databaseBytes: number | null;
  neededBytes: number | null;
  availableBytes: number | null;
}

const numberOf = (value: bigint | null | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);

export const rehearsedOf = (instance: Instance) => {
  const rehearsal = rehearsalOf(instance);
  return rehearsal && { ...rehearsal, valid: isProof(rehearsal, rehearsal.targetImage, instance.postgresImage) };
};

/** What the PostgreSQL of an instance can be upgraded to, and what is known of that. */
export async function databaseUpgrade(app: App, scope: OrgScope, id: string): Promise<DatabaseUpgrade> {
  const instance = await getInstance(scope, id);
  const { orgId } = scope;
  const server = await scope.db.server.findFirst({
    where: { id: instance.serverId, orgId },
    select: { diskAvailableBytes: true },
  });
  const metric = await scope.db.databaseMetric.findFirst({
    where: { instanceId: instance.id, orgId },
    orderBy: { collectedAt: 'desc' },
    select: { sizeBytes: true },
  });
  const rehearsal = rehearsedOf(instance);
  const databaseBytes = numberOf(metric?.sizeBytes);
  return {
    instanceId: instance.id,
    image: instance.postgresImage,
    version: postgresRelease(instance.postgresImage) ?? null,
    targets: targetsOf(app, instance),
    replicas: await scope.db.databaseReplica.count({ where: { instanceId: instance.id, orgId } }),
    rehearsal,
    expectedDowntimeSeconds: rehearsal && downtimeOf(rehearsal),
    databaseBytes,
    neededBytes: databaseBytes === null ? null : spaceFor(databaseBytes),
    availableBytes: numberOf(server?.diskAvailableBytes),
  };
}
