import type { StepContext } from '../operations/kind.ts';
import { databaseBounds } from './container-limits.ts';
import { settingsOf, type Site } from './context.ts';
import { ensureDatabaseWithin } from './database.ts';
import { openSecrets } from './sealed.ts';

/** Runs PostgreSQL over the volume, with the image and the limits that the instance has now. */
export async function runDatabase(
  { app, operation, signal }: Pick<StepContext<unknown>, 'app' | 'operation' | 'signal'>,
  { host, instance, sizing }: Site,
): Promise<void> {
  const { postgresPassword } = await openSecrets(app.secrets, instance);
  const bounds = databaseBounds(settingsOf(instance), sizing);
  const made = { superuserPassword: postgresPassword, bounds, operationId: operation.id };
  await ensureDatabaseWithin(host, instance, made, signal);
}
