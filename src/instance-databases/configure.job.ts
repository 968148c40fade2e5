import { recordFact } from '../audit/mutation.ts';
import {
  databaseBounds,
  databaseConf,
  databaseConfPath,
  type DatabaseSettings,
  databaseSettingsOf,
  ensureDatabaseWithin,
  findContainer,
  instanceResource,
  namesOf,
  openSecrets,
  readsConf,
  settingsOf,
  type Site,
  siteOf,
  sql,
  startContainer,
  stopContainer,
  waitForOdoo,
  waitForPostgres,
  writeConf,
} from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { configureDatabaseKind } from './kinds.ts';

type Context = Pick<StepContext<unknown>, 'app' | 'operation' | 'signal' | 'log' | 'state' | 'saveState'>;

/**
 * Stops Odoo, starts PostgreSQL again with these settings, and Odoo after it: its threads for scheduled actions do not come
 * back by themselves when their server goes away under them.
 */
async function restartWith(context: Context, site: Site, settings: DatabaseSettings): Promise<void> {
  const { app, operation, signal } = context;
  const { instance, host, sizing } = site;
  const { postgresPassword } = await openSecrets(app.secrets, instance);
  const { odoo } = namesOf(instance.id);
  await stopContainer(host, odoo, 30);
  const bounds = databaseBounds(settingsOf(instance), sizing);
  const made = { superuserPassword: postgresPassword, bounds, operationId: operation.id };
  await ensureDatabaseWithin(host, { ...instance, databaseSettings: settings }, made, signal);
  await startContainer(host, odoo);
}

async function reloadWith({ signal }: Context, site: Site, settings: DatabaseSettings): Promise<void> {
  const { instance, host, sizing } = site;
  await writeConf(host, instance.id, databaseConf(databaseBounds(settingsOf(instance), sizing), settings));
  await sql(host, instance, 'postgres', 'SELECT pg_reload_conf();', signal);
}

/** What PostgreSQL does not take of its file, but for what it takes at its next start; it goes on with what it had then. */
async function refusedLines({ signal }: Context, { host, instance }: Site): Promise<string> {
  return sql(
    host,
    instance,
    'postgres',
    `SELECT string_agg(name || ': ' || error, '; ') FROM pg_file_settings WHERE sourcefile = '${databaseConfPath}' AND error IS NOT NULL
       AND error <> 'setting could not be applied';`,
    signal,
  );
}

export const configureDatabaseJob = implementOperation({
  kind: configureDatabaseKind,
  steps: {
    apply: async (context) => {
      const site = await siteOf(context);
      const { settings, restart } = context.input;
      const known = await findContainer(site.host, namesOf(site.instance.id).database);
      // Before anything is touched: the way back is by the same way.
      const restarts = restart || context.state['restarts'] === true || !known || !readsConf(known);
      await context.saveState({ touched: true, restarts });
      if (restarts) await restartWith(context, site, settings);
      else await reloadWith(context, site, settings);
      return restarts ? 'PostgreSQL was started again' : 'PostgreSQL has read it';
    },
    health: async (context) => {
      const site = await siteOf(context);
      const { host, instance } = site;
      await waitForPostgres(host, instance, context.signal);
      const wrong = await refusedLines(context, site);
      if (wrong !== '')
        throw new StepError(
          'database_configuration_refused',
          `PostgreSQL refuses the configuration: ${wrong}`,
          'Choose other values.',
        );
      return waitForOdoo(host, instance, context.signal, 180_000);
    },
  },
  cleanup: async (context) => {
    if (context.state['touched'] !== true) return;
    const site = await siteOf(context);
    const before = databaseSettingsOf(site.instance);
    if (context.state['restarts'] === true) await restartWith(context, site, before);
    else await reloadWith(context, site, before);
    await waitForPostgres(site.host, site.instance, context.signal);
    await waitForOdoo(site.host, site.instance, context.signal);
    await context.saveState({ rolledBack: true });
    context.log('warning', 'PostgreSQL runs with its old configuration again, and Odoo is healthy');
  },
  settle: async (tx, { operation, scope, input, state }, outcome, error) => {
    const done = outcome === 'succeeded';
    const unharmed = state['rolledBack'] === true || state['touched'] !== true;
    const instance = await tx.instance.update({
      where: { id: operation.resourceId },
      data: done
        ? { databaseSettings: input.settings, status: 'running', statusMessage: null }
        : {
            status: unharmed ? 'running' : 'failed',
            statusMessage: `PostgreSQL’s new configuration was not applied: ${error?.message ?? ''}`,
          },
    });
    await recordFact(tx, scope, {
      action: done ? 'database.configured' : 'database.configure_failed',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { parameters: input.settings, reason: error?.code ?? null },
    });
  },
});
