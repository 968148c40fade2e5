export { databaseBounds } from './container-limits.ts';
export { findContainer, startContainer, stopContainer } from './containers.ts';
export { settingsOf, type Site, siteOf, sizingOf } from './context.ts';
export { ensureDatabaseWithin, waitForPostgres } from './database.ts';
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
export { waitForOdoo } from './health.ts';
export { databaseName, databaseRole, namesOf } from './names.ts';
export { addressOf, isTrusted, setOdooPassword, trustedOf, trustOdoo } from './odoo-trust.ts';
export { instanceResource } from './resource.ts';
export { scramVerifier } from './scram.ts';
export { openSecrets, sealOdooPassword } from './sealed.ts';
export { sql } from './sql.ts';
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
