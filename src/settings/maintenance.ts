import { AppError } from '../errors.ts';
import type { Settings } from './settings.ts';

/** Nobody knows how long it takes: clients ask again in a minute. */
const retrySeconds = 60;

/** Why nothing is changed at present; undefined while everything works. */
export function maintenanceRefusal({ maintenance, maintenanceMessage }: Settings): AppError | undefined {
  if (!maintenance) return undefined;
  const said = maintenanceMessage ? `: ${maintenanceMessage}` : '; try again later';
  return new AppError('maintenance', `This installation is in maintenance and only answers reads${said}`, {
    message: maintenanceMessage,
    retry_after: retrySeconds,
  });
}
