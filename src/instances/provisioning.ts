import { recordFact } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { type OperationError, type Outcome, type StepContext, StepError } from '../operations/kind.ts';
import { databaseBounds } from './container-limits.ts';
import { ensureNetwork } from './containers.ts';
import { noCode } from './addons.ts';
import { settingsOf, siteOf } from './context.ts';
import { waitForPostgres } from './database.ts';
import { ensureDatabase } from './database-container.ts';
import { ensureRoleAndDatabase } from './database-role.ts';
import { getImages } from './get-image.ts';
import { waitForOdoo } from './health.ts';
import { allocatePort, noPorts } from './ports.ts';
import { removeDatabase, removeObjects } from './removal.ts';
import { openSecrets } from './sealed.ts';
import { instanceResource } from './resource.ts';
import { startServing } from './serving.ts';

interface Provisioning {
  reason?: string | null | undefined;
  pullImage?: boolean | undefined;
}
type Context = StepContext<Provisioning>;

/** The steps of making an instance, but for the one that fills its database: Odoo itself does, or a backup. */
export const provisioningSteps = {
  prepare: async (context: Context): Promise<string> => {
    const { instance, host } = await siteOf(context);
    await host.docker.ping();
    const port = await context.write(async (tx) => {
      const allocated = await allocatePort(context.app, tx, instance.serverId, instance.id, 'http');
      await tx.instance.update({
        where: { id: instance.id },
        data: { httpPort: allocated, provisionedBy: context.operation.id },
      });
      return allocated;
    });
    return `Port ${port}`;
  },
  pull_images: async (context: Context): Promise<string> =>
    getImages(context, await siteOf(context), context.input.pullImage ?? false),
  network: async (context: Context): Promise<undefined> => {
    const { instance, host } = await siteOf(context);
    // What an earlier provisioning could not take away has the names that are needed now, and none of the data.
    if (instance.provisionedBy === context.operation.id)
      await removeObjects(host, instance.id, (operationId) => operationId !== context.operation.id);
    await ensureNetwork(host, instance, context.operation.id);
  },
  database: async (context: Context): Promise<undefined> => {
    const { instance, host, sizing } = await siteOf(context);
    const secrets = await openSecrets(context.app.secrets, instance);
    const begin = async (): Promise<void> => {
      await ensureDatabase(
        host,
        instance,
        secrets.postgresPassword,
        databaseBounds(settingsOf(instance), sizing),
        context.operation.id,
      );
      await waitForPostgres(host, instance, context.signal);
      await ensureRoleAndDatabase(host, instance, secrets.odooPassword, context.signal);
    };
    await begin().catch(async (error: unknown) => {
      if (!(error instanceof StepError) || instance.provisionedBy !== context.operation.id) throw error;
      // What was cut short while the image made its data directory may never work, and holds nothing yet.
      context.log('warning', `${error.message}; it begins again with an empty volume`);
      await removeDatabase(host, instance);
      await begin();
    });
  },
  start: async (context: Context): Promise<string> => {
    const site = await siteOf(context);
    const { instance } = site;
    const { http, longpolling } = await startServing(context, site, settingsOf(instance));
    const data = { httpPort: http, longpollingPort: longpolling };
    await context.write((tx) => tx.instance.update({ where: { id: instance.id }, data }));
    return longpolling === null ? `Port ${http}` : `Port ${http}, and ${longpolling} for WebSockets`;
  },
  health: async (context: Context): Promise<string> => {
    const { instance, host } = await siteOf(context);
    return waitForOdoo(host, instance, context.signal);
  },
};

/** Takes away all that was made of an instance that could not be provisioned. */
export async function removeProvisioned(context: Context): Promise<void> {
  const { instance, host } = await siteOf(context);
  const mine = instance.provisionedBy === context.operation.id ? context.operation.id : undefined;
  await removeObjects(host, instance.id, (operationId) => operationId === mine);
  context.log('info', 'Everything that was made on the server has been removed');
}

export async function settleProvisioning(
  tx: Tx,
  { operation, scope, input }: Pick<Context, 'operation' | 'scope' | 'input'>,
  outcome: Outcome,
  error: OperationError | null,
): Promise<void> {
  const now = new Date();
  // One that ends before it began leaves the reason of the failure before it.
  const reason = operation.attempt === 0 && input.reason ? input.reason : (error?.message ?? null);
  const instance = await tx.instance.update({
    where: { id: operation.resourceId },
    data:
      outcome === 'succeeded'
        ? { status: 'running', statusMessage: null, lastSeenAt: now, provisionedAt: now, settingsPending: false }
        : { status: 'failed', statusMessage: reason, ...noPorts, ...noCode },
  });
  if (outcome !== 'succeeded') await tx.portAllocation.deleteMany({ where: { instanceId: instance.id } });
  await recordFact(tx, scope, {
    action: outcome === 'succeeded' ? 'instance.started' : 'instance.error',
    resource: instanceResource,
    resourceId: instance.id,
    resourceName: instance.name,
    projectId: instance.projectId,
    after: { status: instance.status, reason: error?.code ?? null },
  });
}
