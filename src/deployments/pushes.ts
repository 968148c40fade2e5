import type { Environment, Instance, PendingPush } from '../../prisma/generated/client/client.ts';
import { itself } from '../access/access.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { environmentFor } from '../repositories/index.ts';
import { beginDeployment } from './begin.ts';

/** Of one look. */
const mostPushes = 20;

type Place = Instance & { environment: Pick<Environment, 'autoDeploy'> };

interface Destination {
  instance: Place;
  branch: string;
}

/** Where a push of the first repository goes: to all instances of the environment of its branch. */
async function destinationsOf(tx: Tx, { orgId, projectId, branch }: PendingPush): Promise<Destination[]> {
  const { environmentId } = await environmentFor(tx, { id: projectId, orgId }, branch);
  if (environmentId === null) return [];
  const instances = await tx.instance.findMany({
    where: { orgId, environmentId, provisionedAt: { not: null }, status: { notIn: ['removing', 'removed'] } },
    include: { environment: { select: { autoDeploy: true } } },
    orderBy: { id: 'asc' },
  });
  return instances.map((instance) => ({ instance, branch }));
}

/** Where a push of another repository goes: to all that follow a branch of the first one. */
async function followersOf(tx: Tx, { orgId, projectId }: PendingPush): Promise<Destination[]> {
  const instances = await tx.instance.findMany({
    where: { orgId, projectId, deploymentId: { not: null }, status: { notIn: ['removing', 'removed'] } },
    include: { environment: { select: { autoDeploy: true } } },
    orderBy: { id: 'asc' },
  });
  const served = await tx.deployment.findMany({
    where: { orgId, id: { in: instances.flatMap(({ deploymentId }) => deploymentId ?? []) } },
    select: { id: true, branch: true },
  });
  const branches = new Map(served.map(({ id, branch }) => [id, branch]));
  return instances.flatMap((instance) => {
    const branch = branches.get(instance.deploymentId ?? '');
    return branch ? [{ instance, branch }] : [];
  });
}

/** Deploys what was pushed, where its environment says so. What cannot be deployed to is left as it is. */
export async function deployPushed(app: App): Promise<void> {
  const pending = await app.db.prisma.pendingPush.findMany({
    where: { repository: { project: { archivedAt: null, org: { status: 'active' } } } },
    orderBy: { createdAt: 'asc' },
    take: mostPushes,
  });
  for (const { id, orgId } of pending) {
    const scope = { orgId, actor: itself, requestId: `push-${id.slice(-6)}`, ipAddress: null, userAgent: null };
    await mutate(app, scope, async (mutation) => {
      const { tx } = mutation;
      // Of several workers one gets it; a push that comes meanwhile makes another.
      await tx.$queryRaw`SELECT 1 FROM pending_pushes WHERE id = ${id}::uuid FOR UPDATE`;
      const push = await tx.pendingPush.findFirst({ where: { id, orgId }, include: { repository: true } });
      if (!push) return;
      await tx.pendingPush.delete({ where: { id, orgId } });
      const { repository } = push;
      const isFirst = repository.position === 1;
      const found = isFirst
        ? await destinationsOf(tx, push)
        : push.branch === repository.branch
          ? await followersOf(tx, push)
          : [];
      for (const {
        instance: { environment, ...instance },
        branch,
      } of found)
        if (environment.autoDeploy)
          await beginDeployment(mutation, instance, { trigger: 'push', branch, createdByName: push.pushedBy });
    }).catch((error: unknown) =>
      // The others do not wait for it.
      app.log.warn({ err: error, pushId: id }, 'A push was not deployed; it will be tried again'),
    );
  }
}
