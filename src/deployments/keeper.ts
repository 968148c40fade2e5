import { itself } from '../access/access.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError } from '../errors.ts';
import { startIfFree } from './begin.ts';
import { endWaiting } from './end-waiting.ts';
import { deployPushed } from './pushes.ts';

const lookMs = 1000;
/** Of one look. */
const mostWaiting = 20;

/** Those that wait although nothing works on their instance any more. */
function waiting(app: App): Promise<{ id: string; orgId: string }[]> {
  return app.db.prisma.$queryRaw`
    SELECT d.id, d.org_id AS "orgId" FROM deployments d JOIN organizations o ON o.id = d.org_id AND o.status = 'active'
    WHERE d.status = 'queued' AND d.operation_id IS NULL
      AND NOT EXISTS (SELECT FROM operations p WHERE p.resource_id = d.instance_id AND p.status IN ('queued', 'running'))
    ORDER BY d.id LIMIT ${mostWaiting}`;
}

/** Begins with one of them. Of several workers one gets it; the others find it begun. */
async function begin(app: App, { id, orgId }: { id: string; orgId: string }): Promise<void> {
  const scope = { orgId, actor: itself, requestId: `deploy-${id.slice(-6)}`, ipAddress: null, userAgent: null };
  const where = { id, orgId, status: 'queued' as const, operationId: null };
  await mutate(app, scope, async (mutation) => {
    const row = await mutation.tx.deployment.findFirst({ where });
    if (row) await startIfFree(mutation, row);
  }).catch(async (error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    // Its instance is gone, or in a status in which nothing is deployed to it.
    const { code: errorCode, message: statusMessage } = error;
    await mutate(app, scope, (mutation) =>
      endWaiting(mutation, { orgId, id }, { status: 'failed', errorCode, statusMessage }),
    );
  });
}

/** Begins deployments of what was pushed, and those that waited for something else that worked on their instance. */
export function startDeployments(app: App): { stop(): Promise<void> } {
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    await deployPushed(app);
    for (const row of await waiting(app)) await begin(app, row);
  };
  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) =>
        app.log.warn({ err: error }, 'Deployments that wait could not be looked at; this will be tried again'),
      )
      .finally(() => {
        looking = undefined;
      });
  }, lookMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}
