import { type StepContext, StepError } from '../operations/kind.ts';
import { databaseBounds } from './container-limits.ts';
import { ensureNetwork, findContainer, startContainer } from './containers.ts';
import { servingContainer, settingsOf, type Site } from './context.ts';
import { ensureDatabaseRuns } from './database.ts';
import { ensureDatabase } from './database-container.ts';
import { instanceLabel, namesOf, volumesOf } from './names.ts';
import { ensureOdoo } from './odoo-container.ts';
import { openSecrets } from './sealed.ts';

/** A container that was removed on the server can be made again as long as its data is there. */
async function requireVolumes({ host, instance }: Site): Promise<void> {
  const volumes = await host.docker.listVolumes([`${instanceLabel}=${instance.id}`]);
  const names = new Set(volumes.map(({ Name }) => Name));
  const lost = Object.values(volumesOf(instance)).filter((name) => !names.has(name));
  if (lost.length > 0)
    throw new StepError(
      'data_missing',
      `The data of the instance no longer exists on the server: ${lost.join(', ')}`,
      'Delete the instance and create it again.',
    );
}

/** Starts PostgreSQL and Odoo. One whose container was removed gets a new one, with the data and settings that it had. */
export async function startContainers(
  context: Pick<StepContext<unknown>, 'app' | 'operation' | 'connect' | 'signal'>,
  site: Site,
): Promise<void> {
  const { host, instance, sizing } = site;
  const names = namesOf(instance.id);
  const { app, operation, signal } = context;
  const database = await findContainer(host, names.database);
  let odoo = (await findContainer(host, names.odoo))?.Id;
  if (!database || !odoo) {
    await requireVolumes(site);
    await ensureNetwork(host, instance, operation.id);
  }
  if (!database) {
    const { postgresPassword } = await openSecrets(app.secrets, instance);
    await ensureDatabase(host, instance, postgresPassword, databaseBounds(settingsOf(instance), sizing), operation.id);
  }
  await ensureDatabaseRuns(host, instance, signal);
  const ports = instance.httpPort === null ? null : { http: instance.httpPort, longpolling: instance.longpollingPort };
  odoo ??= await ensureOdoo(host, instance, await servingContainer(context, site, settingsOf(instance), ports));
  await startContainer(host, odoo);
}
