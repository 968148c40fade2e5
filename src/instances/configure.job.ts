import { z } from 'zod';
import { recordFact } from '../audit/mutation.ts';
import type { StepContext } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { databaseBounds } from './container-limits.ts';
import { findContainer, startContainer, stopContainer } from './containers.ts';
import { columnsOf, settingsOf, type Site, siteOf } from './context.ts';
import { ensureDatabaseWithin } from './database.ts';
import { getImage } from './get-image.ts';
import { waitForOdoo } from './health.ts';
import { removeUnusedImageVolumes } from './image-volumes.ts';
import { namesOf, operationLabel } from './names.ts';
import { configureInstanceKind, type Settings } from './kinds.ts';
import { ensurePooler } from './pooler.ts';
import { removeContainer } from './removal.ts';
import { openSecrets } from './sealed.ts';
import { instanceResource } from './resource.ts';
import { startServing } from './serving.ts';

const portShape = z.number().nullable().default(null);

/** Not there: of an operation that is older than this step. */
const imageShape = z.object({ digest: z.string().nullable() }).optional();

type Context = Pick<StepContext<unknown>, 'state' | 'saveState'>;

/** The container that served before this operation, by the id that its first attempt wrote down. */
async function oldContainer({ state, saveState }: Context, { host, instance }: Site): Promise<string> {
  if (typeof state['oldContainer'] === 'string') return state['oldContainer'];
  const names = namesOf(instance.id);
  // Set aside already by an attempt of an earlier version of this program, which wrote nothing down.
  const { Id } = (await findContainer(host, names.odoo)) ?? (await host.docker.inspectContainer(names.previous));
  await saveState({ oldContainer: Id });
  return Id;
}

/** PostgreSQL's limits and buffers follow the settings and the server. */
async function fitDatabase(
  { app, operation, signal }: Pick<StepContext<unknown>, 'app' | 'operation' | 'signal'>,
  { host, instance, sizing }: Site,
  settings: Settings,
): Promise<void> {
  const { postgresPassword } = await openSecrets(app.secrets, instance);
  const bounds = databaseBounds(settings, sizing);
  const made = { superuserPassword: postgresPassword, bounds, operationId: operation.id };
  await ensureDatabaseWithin(host, instance, made, signal);
}

/** The old container is set aside, stopped, until the new one is healthy: the way back is always there. */
export const configureInstanceJob = implementOperation({
  kind: configureInstanceKind,
  steps: {
    pull_image: async (context) => {
      const { instance, host } = await siteOf(context);
      const pull = context.input.pullImage ?? false;
      const digest = await getImage(context, host, instance.image, { pull, part: [0, 1] });
      await context.saveState({ image: { digest } });
      if (pull && instance.builtImage !== null)
        context.log(
          'warning',
          'Odoo runs an image with the packages of its deployment, made of the image from before: deploy again to have it made of the new one',
        );
      return digest ?? instance.image;
    },
    replace: async (context) => {
      const site = await siteOf(context);
      const { instance, host } = site;
      const names = namesOf(instance.id);
      const old = await oldContainer(context, site);
      const aside = await findContainer(host, names.previous);
      if (aside?.Id !== old) {
        // What an earlier operation could not clean up.
        if (aside) await removeContainer(host, aside.Id);
        await stopContainer(host, old, 30);
        await host.docker.renameContainer(old, names.previous);
      }
      await fitDatabase(context, site, context.input.settings);
      const { longpolling } = await startServing(context, site, context.input.settings, 'http');
      if (longpolling !== null) await context.saveState({ longpollingPort: longpolling });
    },
    health: async (context) => {
      const { instance, host } = await siteOf(context);
      const longpollingPort = portShape.parse(context.state['longpollingPort']);
      return waitForOdoo(host, { ...instance, longpollingPort }, context.signal, 120_000);
    },
    finish: async (context) => {
      const site = await siteOf(context);
      await removeContainer(site.host, await oldContainer(context, site));
      await removeUnusedImageVolumes(site.host, site.instance.id);
    },
  },
  cleanup: async (context) => {
    const site = await siteOf(context);
    const { instance, host } = site;
    const names = namesOf(instance.id);
    const old = await oldContainer(context, site);
    if ((await findContainer(host, names.previous))?.Id === old) {
      for (const made of await host.docker.listContainers([`${operationLabel}=${context.operation.id}`]))
        await removeContainer(host, made.Id);
      await host.docker.renameContainer(old, names.odoo);
    }
    await removeUnusedImageVolumes(host, instance.id);
    await fitDatabase(context, site, settingsOf(instance));
    await ensurePooler(context, site);
    await startContainer(host, old);
    await waitForOdoo(host, instance, context.signal);
    await context.saveState({ rolledBack: true });
    context.log('warning', 'The old configuration is back and Odoo is healthy with it');
  },
  settle: async (tx, { operation, scope, input, state }, outcome, error) => {
    const done = outcome === 'succeeded';
    const { settings } = input;
    const image = imageShape.parse(state['image']);
    const instance = await tx.instance.update({
      where: { id: operation.resourceId },
      data: done
        ? {
            ...columnsOf(settings),
            ...(image ? { imageDigest: image.digest } : {}),
            longpollingPort: portShape.parse(state['longpollingPort']),
            settingsPending: false,
            status: 'running',
            statusMessage: null,
          }
        : {
            status: state['rolledBack'] === true || operation.attempt === 0 ? 'running' : 'failed',
            statusMessage: `The new configuration was not applied: ${error?.message ?? ''}`,
          },
    });
    await recordFact(tx, scope, {
      action: done ? 'instance.configured' : 'instance.configure_failed',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { ...settings, envVars: Object.keys(settings.envVars), reason: error?.code ?? null },
    });
  },
});
