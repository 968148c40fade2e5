import { recordFact } from '../audit/mutation.ts';
import { implementOperation } from '../operations/registry.ts';
import { isCompanion, startCompanions } from './companions.ts';
import { databaseBounds } from './container-limits.ts';
import { ensureNetwork, findContainer, stopContainer } from './containers.ts';
import { settingsOf, siteOf } from './context.ts';
import { ensureDatabaseWithin } from './database.ts';
import { getImages } from './get-image.ts';
import { waitForOdoo } from './health.ts';
import { reprovisionInstanceKind, restingOf } from './kinds.ts';
import { instanceLabel, mailPart, namesOf, partLabel } from './names.ts';
import { removeContainer } from './removal.ts';
import { instanceResource } from './resource.ts';
import { openSecrets } from './sealed.ts';
import { startServing } from './serving.ts';
import { requireVolumes } from './start-containers.ts';

/** The images are there before anything is taken away, and no step touches a volume: what fails can be done again. */
export const reprovisionInstanceJob = implementOperation({
  kind: reprovisionInstanceKind,
  steps: {
    prepare: async (context) => {
      const site = await siteOf(context);
      await site.host.docker.ping();
      await requireVolumes(site);
      return 'The database and the filestore are there';
    },
    pull_images: async (context) => getImages(context, await siteOf(context), context.input.pullImage ?? false),
    containers: async (context) => {
      const { instance, host } = await siteOf(context);
      const names = namesOf(instance.id);
      // Odoo before its database, and the database in good order.
      for (const [name, graceSeconds] of [
        [names.odoo, 30],
        [names.database, 60],
      ] as const) {
        const known = await findContainer(host, name);
        if (known) await stopContainer(host, known.Id, graceSeconds);
      }
      // The mail catcher of a copy is no part of Odoo, and its e-mails would go with it.
      for (const container of await host.docker.listContainers([`${instanceLabel}=${instance.id}`]))
        if (!isCompanion(container) && container.Labels[partLabel] !== mailPart)
          await removeContainer(host, container.Id);
    },
    database: async (context) => {
      const { instance, host, sizing } = await siteOf(context);
      const { postgresPassword } = await openSecrets(context.app.secrets, instance);
      await ensureNetwork(host, instance, context.operation.id);
      const bounds = databaseBounds(settingsOf(instance), sizing);
      const made = { superuserPassword: postgresPassword, bounds, operationId: context.operation.id };
      await ensureDatabaseWithin(host, instance, made, context.signal);
      await startCompanions(context, { instance, host });
    },
    start: async (context) => {
      const site = await siteOf(context);
      const { http, longpolling } = await startServing(context, site, settingsOf(site.instance), 'http');
      const data = { httpPort: http, longpollingPort: longpolling };
      await context.write((tx) => tx.instance.update({ where: { id: site.instance.id }, data }));
      return `Port ${http}`;
    },
    health: async (context) => {
      const { instance, host } = await siteOf(context);
      return waitForOdoo(host, instance, context.signal);
    },
  },
  settle: async (tx, { operation, scope, input }, outcome, error) => {
    const done = outcome === 'succeeded';
    const instance = await tx.instance.update({
      where: { id: operation.resourceId },
      data: done
        ? { status: 'running', statusMessage: null, settingsPending: false, lastSeenAt: new Date() }
        : operation.attempt === 0
          ? restingOf(input)
          : { status: 'failed', statusMessage: error?.message ?? null },
    });
    await recordFact(tx, scope, {
      action: done ? 'instance.started' : 'instance.error',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { status: instance.status, reason: error?.code ?? null },
    });
  },
});
