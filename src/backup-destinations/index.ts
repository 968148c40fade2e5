export { backupDestinationsFeature } from './feature.ts';
export { createInput as createBackupDestinationInput, updateInput as updateBackupDestinationInput } from './fields.ts';
export { type OpenDestination, openDestination } from './open.ts';
export type { ResticPlace } from './restic-place.ts';
export { getDestination, listDestinations } from './rows.ts';
