export { revealAdminPassword } from './admin-password.ts';
export { countInstances } from './count.ts';
export { createInstance, createInput as createInstanceInput } from './create.ts';
export { deleteInstance } from './delete.ts';
export { envVarInput } from './env-vars.ts';
export { instancesFeature } from './feature.ts';
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
export { provisionAgain } from './reprovision.ts';
export { recheckRestored } from './restored.ts';
export { resetAdminPassword } from './reset-password.ts';
export { envVarNames, secretOwner } from './sealed.ts';
export { type EnvironmentInstance, instancesOfEnvironments } from './of-environments.ts';
export { restart, start, stop } from './transitions.ts';
export { configureInstance, updateInput as updateInstanceInput, updateInstance } from './update.ts';
export { InstanceWatch } from './watch.ts';
// For the features that work on the database and the files of an instance.
export { applyConf } from './apply-conf.ts';
export { databaseBounds } from './container-limits.ts';
export { ensureCreated, findContainer, logConfig, startContainer, stopContainer } from './containers.ts';
export { settingsOf, type Site, siteOf } from './context.ts';
export { waitForPostgres } from './database.ts';
export { getImage } from './get-image.ts';
export { wasInterrupted } from './interrupted.ts';
export { databaseName, databaseRole, instanceLabel, labelsOf, namesOf, volumesOf } from './names.ts';
export { usesReplicas } from './odoo-conf.ts';
export { removeContainer } from './removal.ts';
export { instanceResource } from './resource.ts';
export { runDatabase } from './run-database.ts';
export { openSecrets } from './sealed.ts';
export { sql, sqlIn, sqlText } from './sql.ts';
