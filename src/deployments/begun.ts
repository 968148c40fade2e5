import { type Context, deploymentOf, updateDeployment } from './context.ts';
import { fetchSources } from './sources.ts';

/** That a worker works on it now, and what serves until it has ended. */
export async function begun(context: Context): Promise<void> {
  const { app, operation } = context;
  const { startedAt } = await deploymentOf(context);
  if (startedAt !== null) return;
  const where = { id: operation.resourceId, orgId: operation.orgId };
  const instance = await app.db.prisma.instance.findFirst({ where, select: { deploymentId: true } });
  await updateDeployment(context, {
    status: 'building',
    startedAt: new Date(),
    previousId: instance?.deploymentId ?? null,
  });
}

/** The first step: which commits they are, with their files in the cache. */
export async function fetchFirst(context: Context): Promise<string> {
  await begun(context);
  const fetched = await fetchSources(context);
  return fetched.map(({ source: { name, sha } }) => `${name} ${sha.slice(0, 12)}`).join(', ');
}
