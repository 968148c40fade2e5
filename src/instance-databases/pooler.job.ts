import { recordFact } from '../audit/mutation.ts';
import {
  applyConf,
  ensurePooler,
  getImage,
  instanceResource,
  namesOf,
  type PoolerSettings,
  removePooler,
  type Site,
  siteOf,
  stopContainer,
} from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { configurePoolerKind } from './kinds.ts';
import { poolerColumn, poolerSize } from './pooler-size.ts';

/** The row says where Odoo connects before Odoo does: whoever starts it at any time gives it a way that there is. */
async function keep(context: StepContext<unknown>, site: Site, pooler: PoolerSettings | null): Promise<Site> {
  const where = { id: site.instance.id };
  const instance = await context.write((tx) => tx.instance.update({ where, data: poolerColumn(pooler) }));
  return { ...site, instance };
}

/** While Odoo goes on without it, PgBouncer starts; one that Odoo uses is exchanged while Odoo is stopped. */
export const configurePoolerJob = implementOperation({
  kind: configurePoolerKind,
  steps: {
    image: async (context) => {
      const { pooler } = context.input;
      if (pooler === null) return 'Not needed';
      const { host } = await siteOf(context);
      const digest = await getImage(context, host, pooler.image, { pull: false, part: [0, 1] });
      return digest ?? pooler.image;
    },
    pooler: async (context) => {
      const site = await siteOf(context);
      const { pooler, before } = context.input;
      await context.saveState({ touched: true });
      if (pooler === null) return 'It stays until Odoo no longer needs it';
      if (before !== null) await stopContainer(site.host, namesOf(site.instance.id).odoo, 30);
      await ensurePooler(context, { ...site, instance: { ...site.instance, databasePooler: pooler } });
      return `Pools of ${pooler.poolSize} connections`;
    },
    odoo: async (context) => applyConf(context, await keep(context, await siteOf(context), context.input.pooler)),
    finish: async (context) => {
      if (context.input.pooler !== null) return 'Nothing';
      const { host, instance } = await siteOf(context);
      await removePooler(host, instance.id);
      return 'PgBouncer';
    },
  },
  cleanup: async (context) => {
    if (context.state['touched'] !== true) return;
    const { before } = context.input;
    const site = await keep(context, await siteOf(context), before);
    await applyConf(context, site);
    if (before === null) await removePooler(site.host, site.instance.id);
    await context.saveState({ rolledBack: true });
    context.log('warning', 'Odoo connects to PostgreSQL as before, and is healthy');
  },
  settle: async (tx, { operation, scope, input, state }, outcome, error) => {
    const done = outcome === 'succeeded';
    const unharmed = state['rolledBack'] === true || state['touched'] !== true;
    const instance = await tx.instance.update({
      where: { id: operation.resourceId },
      data: done
        ? { ...poolerColumn(input.pooler), status: 'running', statusMessage: null }
        : {
            ...poolerColumn(input.before),
            status: unharmed ? 'running' : 'failed',
            // The next start gives Odoo the way that the row has.
            ...(unharmed ? {} : { settingsPending: true }),
            statusMessage: `PgBouncer was not changed: ${error?.message ?? ''}`,
          },
    });
    await recordFact(tx, scope, {
      action: !done
        ? 'database.pooler_failed'
        : input.pooler === null
          ? 'database.pooler_disabled'
          : 'database.pooler_enabled',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { ...poolerSize(input.pooler), reason: error?.code ?? null },
    });
  },
});
