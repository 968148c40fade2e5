import { recordFact } from '../audit/mutation.ts';
import { implementOperation } from '../jobs/registry.ts';
import { ensureOdoo, findContainer, removeContainer, startContainer, stopContainer } from './containers.ts';
import { servingContainer, siteOf } from './context.ts';
import { waitForOdoo } from './health.ts';
import { namesOf } from './names.ts';
import { configureInstance } from './operations.ts';

/** The old container is set aside, stopped, until the new one is healthy: the way back is always there. */
export const configureInstanceJob = implementOperation({
  kind: configureInstance,
  steps: {
    replace: async (context) => {
      const site = await siteOf(context);
      const { instance, host } = site;
      const names = namesOf(instance.id);
      if (!(await findContainer(host, names.previous))) {
        await stopContainer(host, names.odoo, 30);
        await host.docker.renameContainer(names.odoo, names.previous);
      }
      await ensureOdoo(host, instance, await servingContainer(context, site, context.input.settings, instance.httpPort ?? 0));
      await startContainer(host, names.odoo);
    },
    health: async (context) => {
      const { instance, host } = await siteOf(context);
      return waitForOdoo(host, namesOf(instance.id).odoo, instance.httpPort ?? 0, context.signal, 120_000);
    },
    finish: async (context) => {
      const { instance, host } = await siteOf(context);
      await removeContainer(host, namesOf(instance.id).previous);
    },
  },
  cleanup: async (context) => {
    const { instance, host } = await siteOf(context);
    const names = namesOf(instance.id);
    if (await findContainer(host, names.previous)) {
      await removeContainer(host, names.odoo);
      await host.docker.renameContainer(names.previous, names.odoo);
    }
    await startContainer(host, names.odoo);
    await waitForOdoo(host, names.odoo, instance.httpPort ?? 0, context.signal);
    await context.saveState({ rolledBack: true });
    context.log('warning', 'The old configuration is back and Odoo is healthy with it');
  },
  settle: async (tx, { operation, scope, input, state }, outcome, error) => {
    const done = outcome === 'succeeded';
    const { settings } = input;
    const instance = await tx.instance.update({
      where: { id: operation.resourceId },
      data: done
        ? { ...settings, limitMemorySoft: BigInt(settings.limitMemorySoft), limitMemoryHard: BigInt(settings.limitMemoryHard), status: 'running', statusMessage: null }
        : { status: state['rolledBack'] === true ? 'running' : 'failed', statusMessage: `The new configuration was not applied: ${error?.message ?? ''}` },
    });
    await recordFact(tx, scope, { action: done ? 'instance.settings_updated' : 'instance.configure_failed', resourceType: 'instance', resourceId: instance.id, resourceName: instance.name, after: { ...settings, envVars: Object.keys(settings.envVars), reason: error?.code ?? null } });
  },
});
