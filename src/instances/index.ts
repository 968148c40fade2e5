export { revealAdminPassword } from './admin-password.ts';
export { findContainer, logConfig, stopContainer } from './containers.ts';
export { type Site, siteAt, siteOf } from './context.ts';
export { ensureDatabaseRuns, waitForPostgres } from './database.ts';
export { countInstances } from './count.ts';
export { createInstance, createInput as createInstanceInput } from './create.ts';
export { type Deletion, deleteInstance } from './delete.ts';
export { envVarInput } from './env-vars.ts';
export { instancesFeature } from './feature.ts';
export { getImage } from './get-image.ts';
export { imageMounts } from './image-volumes.ts';
export { wasInterrupted } from './interrupted.ts';
export { resting } from './kinds.ts';
export { deletion, settleDeletion } from './lifecycle.job.ts';
export {
  getInstance,
  instancesById,
  type InstanceFilter,
  instancesOfEach,
  type InstanceView,
  listInstances,
} from './list.ts';
export { type Choice, odooCountries, odooLanguages, odooLanguagesInput } from './localisation.ts';
export type { LogSource } from './log-levels.ts';
export { logCursor } from './log-place.ts';
export { instanceLogs, logLinesInput, wantedLines } from './logs.ts';
export { databaseName, instanceLabel, labelsOf, namesOf, operationLabel, partLabel, volumesOf } from './names.ts';
export { removeContainer } from './removal.ts';
export { provisionAgain } from './reprovision.ts';
export { recheckRestored } from './restored.ts';
export { resetAdminPassword } from './reset-password.ts';
export { instanceResource } from './resource.ts';
export { requireNoLiveBackup } from './snapshots-beside.ts';
export { envVarNames, openSecrets, secretOwner } from './sealed.ts';
export { sql } from './sql.ts';
export { type EnvironmentInstance, instancesOfEnvironments } from './of-environments.ts';
export { type Begin, restart, start, stop } from './transitions.ts';
export { configureInstance, updateInput as updateInstanceInput, updateInstance } from './update.ts';
export { InstanceWatch } from './watch.ts';
