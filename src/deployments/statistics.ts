import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import { idFilter } from '../lists.ts';
import { parse } from '../parse.ts';
import { getProject } from '../projects/index.ts';

export const statisticsInput = z.object({
  environmentId: z.string().nullish(),
  days: z.int().min(1).max(365).nullish(),
});

export interface DeploymentStatistics {
  days: number;
  total: number;
  succeeded: number;
  failed: number;
  rolledBack: number;
  cancelled: number;
  /** Successful ones a day. */
  perDay: number;
  /** Of those that succeeded or did not; null without one. */
  failureRate: number | null;
  medianDurationMs: number | null;
  medianDowntimeMs: number | null;
  /** From a deployment that failed to the next one of the instance that succeeded; null without one. */
  meanTimeToRestoreMs: number | null;
}

const most = 5000;

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

interface Ended {
  instanceId: string;
  status: string;
  completedAt: Date | null;
}

/** How long each instance was without a successful deployment after one that failed. */
function restoreTimes(rows: readonly Ended[]): number[] {
  const failing = new Map<string, number>();
  return rows.flatMap(({ instanceId, status, completedAt }) => {
    const at = completedAt?.getTime() ?? 0;
    const since = failing.get(instanceId);
    if (status === 'succeeded') {
      failing.delete(instanceId);
      return since === undefined ? [] : [at - since];
    }
    if (status !== 'cancelled' && since === undefined) failing.set(instanceId, at);
    return [];
  });
}

/** What the deployments of a project in the last days say of how it is delivered. */
export async function deploymentStatistics(
  scope: OrgScope,
  projectId: string,
  given: unknown,
): Promise<DeploymentStatistics> {
  const project = await getProject(scope, projectId);
  const { environmentId, days = 30 } = parse(
    statisticsInput.transform((input) => ({ ...input, days: input.days ?? 30 })),
    given,
  );
  const rows = await scope.db.deployment.findMany({
    where: {
      orgId: scope.orgId,
      projectId: project.id,
      environmentId: idFilter(environmentId),
      dryRun: false,
      completedAt: { gte: new Date(Date.now() - days * 86_400_000) },
    },
    orderBy: { completedAt: 'desc' },
    take: most,
    select: { instanceId: true, status: true, startedAt: true, completedAt: true, downtimeMs: true },
  });
  const ended = rows.toReversed();
  const count = (status: string): number => ended.filter((row) => row.status === status).length;
  const [succeeded, failed, rolledBack] = [count('succeeded'), count('failed'), count('rolled_back')];
  const good = ended.filter(({ status }) => status === 'succeeded');
  const restored = restoreTimes(ended);
  return {
    days,
    total: ended.length,
    succeeded,
    failed,
    rolledBack,
    cancelled: count('cancelled'),
    perDay: Math.round((100 * succeeded) / days) / 100,
    failureRate:
      succeeded + failed + rolledBack === 0 ? null : (failed + rolledBack) / (succeeded + failed + rolledBack),
    medianDurationMs: median(
      good.flatMap(({ startedAt, completedAt }) =>
        startedAt && completedAt ? [completedAt.getTime() - startedAt.getTime()] : [],
      ),
    ),
    medianDowntimeMs: median(good.flatMap(({ downtimeMs }) => (downtimeMs === null ? [] : [downtimeMs]))),
    meanTimeToRestoreMs:
      restored.length === 0 ? null : Math.round(restored.reduce((sum, ms) => sum + ms, 0) / restored.length),
  };
}
