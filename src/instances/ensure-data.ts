import type { StepContext } from '../operations/kind.ts';
import { databaseBounds } from './container-limits.ts';
import { ensureNetwork } from './containers.ts';
import { settingsOf, type Site } from './context.ts';
import { ensureDatabaseWithin } from './database.ts';
import { ensureRoleAndDatabase } from './database-role.ts';
import { getImages } from './get-image.ts';
import { ensureFilestoreVolume } from './odoo-container.ts';
import { openSecrets } from './sealed.ts';

/**
 * Makes what an instance's data needs to be there, also where its volumes were lost: images, network, volumes, and a
 * PostgreSQL that runs and has Odoo's role and a database. What is there is left as it is.
 */
export async function ensureData(context: StepContext<unknown>, site: Site): Promise<string> {
  const { host, instance, sizing } = site;
  const { app, operation, signal } = context;
  const images = await getImages(context, site, false);
  await ensureNetwork(host, instance, operation.id);
  const { postgresPassword, odooPassword } = await openSecrets(app.secrets, instance);
  await ensureFilestoreVolume(host, instance, operation.id);
  const bounds = databaseBounds(settingsOf(instance), sizing);
  await ensureDatabaseWithin(
    host,
    instance,
    { superuserPassword: postgresPassword, bounds, operationId: operation.id },
    signal,
  );
  await ensureRoleAndDatabase(host, instance, odooPassword, signal);
  return images;
}
