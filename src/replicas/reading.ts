import type { Instance } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { applyConf, type Site } from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { readsAt, type ReplicaRow } from './names.ts';

/** Another replica that can serve what Odoo reads; undefined without one. */
export async function servedBy(app: App, instance: Instance, besideId: string): Promise<ReplicaRow | undefined> {
  const where = {
    instanceId: instance.id,
    orgId: instance.orgId,
    id: { not: besideId },
    status: { in: ['online' as const, 'lagging' as const] },
  };
  return (await app.db.prisma.databaseReplica.findFirst({ where, orderBy: { number: 'asc' } })) ?? undefined;
}

/** Lets Odoo read from another replica or from the primary, if it reads from this one. */
export async function release(context: StepContext<unknown>, site: Site, replica: ReplicaRow): Promise<string> {
  if (site.instance.replicaHost !== readsAt(site.instance, replica)) return 'Odoo does not read from it';
  const other = await servedBy(context.app, site.instance, replica.id);
  const replicaHost = other ? readsAt(site.instance, other) : null;
  // Before Odoo is restarted: who takes over finds it written, and restarts Odoo once more at most.
  const instance = { ...site.instance, replicaHost };
  const health = await applyConf(context, { ...site, instance });
  await context.write((tx) => tx.instance.update({ where: { id: instance.id }, data: { replicaHost } }));
  return health;
}
