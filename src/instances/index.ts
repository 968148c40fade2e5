export { revealAdminPassword } from './admin-password.ts';
export { databaseBounds } from './container-limits.ts';
export { findContainer, logConfig, startContainer, stopContainer } from './containers.ts';
export { settingsOf, type Site, siteAt, siteOf, sizingOf } from './context.ts';
export { ensureDatabaseRuns, ensureDatabaseWithin, waitForPostgres } from './database.ts';
export {
  databaseConf,
  databaseConfPath,
  type DatabaseSettings,
  databaseSettingsOf,
  readsConf,
  usualSettings,
  writeConf,
} from './database-conf.ts';
export { signInAsOdoo } from './database-role.ts';
export { countInstances } from './count.ts';
export { createInstance, createInput as createInstanceInput } from './create.ts';
export { type Deletion, deleteInstance } from './delete.ts';
export { envVarInput } from './env-vars.ts';
export { instancesFeature } from './feature.ts';
export { getImage } from './get-image.ts';
export { waitForOdoo } from './health.ts';
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
export {
  databaseName,
  databaseRole,
  instanceLabel,
  labelsOf,
  namesOf,
  operationLabel,
  partLabel,
  volumesOf,
} from './names.ts';
export { addressOf, isTrusted, setOdooPassword, trustedOf, trustOdoo } from './odoo-trust.ts';
export { removeContainer } from './removal.ts';
export { provisionAgain } from './reprovision.ts';
export { recheckRestored } from './restored.ts';
export { resetAdminPassword } from './reset-password.ts';
export { instanceResource } from './resource.ts';
export { requireNoLiveBackup } from './snapshots-beside.ts';
export { scramVerifier } from './scram.ts';
export { envVarNames, openSecrets, sealOdooPassword, secretOwner } from './sealed.ts';
export { sql } from './sql.ts';
export { type EnvironmentInstance, instancesOfEnvironments } from './of-environments.ts';
export { type Begin, restart, start, stop } from './transitions.ts';
export { configureInstance, updateInput as updateInstanceInput, updateInstance } from './update.ts';
export { InstanceWatch } from './watch.ts';
