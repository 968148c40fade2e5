import { type StepContext, StepError } from '../operations/kind.ts';
import { addonsOf } from './addons.ts';
import { startCompanions } from './companions.ts';
import { databaseBounds } from './container-limits.ts';
import { readsConf } from './database-conf.ts';
import { ensureNetwork, findContainer, startContainer, stopContainer } from './containers.ts';
import { settingsOf, type Site } from './context.ts';
import { ensureDatabaseRuns, ensureDatabaseWithin } from './database.ts';
import { getImage } from './get-image.ts';
import { instanceLabel, namesOf, operationLabel, volumesOf } from './names.ts';
import { endTrust } from './odoo-trust.ts';
import { ensurePooler, removePooler } from './pooler.ts';
import { poolerOf } from './pooler-settings.ts';
import { removeContainer } from './removal.ts';
import { openSecrets } from './sealed.ts';
import { startServing } from './serving.ts';

/** A container that was removed on the server can be made again as long as its data is there. */
export async function requireVolumes({ host, instance }: Site): Promise<void> {
  const volumes = await host.docker.listVolumes([`${instanceLabel}=${instance.id}`]);
  const names = new Set(volumes.map(({ Name }) => Name));
  const lost = Object.values(volumesOf(instance)).filter((name) => !names.has(name));
  const addons = addonsOf(instance);
  if (addons && !names.has(addons.volume))
    throw new StepError(
      'data_missing',
      `The addons of the instance no longer exist on the server: ${addons.volume}`,
      'Deploy again: the data is not concerned.',
    );
  if (lost.length > 0)
    throw new StepError(
      'data_missing',
      `The data of the instance no longer exists on the server: ${lost.join(', ')}`,
      'Delete the instance and create it again.',
    );
}

/** The container that is to be started; undefined if it is gone, or has settings that have changed since it was made. */
async function usableOdoo(context: StepContext<unknown>, { host, instance }: Site): Promise<string | undefined> {
  const known = await findContainer(host, namesOf(instance.id).odoo);
  const mine = known?.Config?.Labels[operationLabel] === context.operation.id;
  if (!known || mine || !instance.settingsPending) return known?.Id;
  await stopContainer(host, known.Id, 30);
  await removeContainer(host, known.Id);
  context.log('info', 'The settings have changed: the Odoo container is created again');
  return undefined;
}

/**
 * Starts PostgreSQL and Odoo. One whose container was removed gets a new one, with the data that it had; so does one whose
 * settings were changed while it was not running.
 */
export async function startContainers(context: StepContext<unknown>, site: Site): Promise<void> {
  const { host, instance, sizing } = site;
  const { app, operation, signal } = context;
  const odoo = await usableOdoo(context, site);
  const database = await findContainer(host, namesOf(instance.id).database);
  if (!database || !odoo) {
    await requireVolumes(site);
    await ensureNetwork(host, instance, operation.id);
  }
  if (!database || instance.settingsPending || !readsConf(database)) {
    const { postgresPassword } = await openSecrets(app.secrets, instance);
    const bounds = databaseBounds(settingsOf(instance), sizing);
    const made = { superuserPassword: postgresPassword, bounds, operationId: operation.id };
    await ensureDatabaseWithin(host, instance, made, signal);
  }
  await ensureDatabaseRuns(host, instance, signal);
  await startCompanions(context, site);
  if (odoo) {
    await ensurePooler(context, site);
    await endTrust(context, site, odoo);
    return startContainer(host, odoo);
  }
  if (poolerOf(instance) === null) await removePooler(host, instance.id);
  const imageDigest = await getImage(context, host, instance.image, { pull: false, part: [0, 1] });
  const { http, longpolling } = await startServing(context, site, settingsOf(instance), 'http');
  await context.write((tx) =>
    tx.instance.update({
      where: { id: instance.id },
      data: { httpPort: http, longpollingPort: longpolling, imageDigest },
    }),
  );
}
