export { type Addons, addonsOf, addonsPart, addonsShape, addonsTarget, codeImageOf } from './addons.ts';
export { confPath } from './addons-path.ts';
export { revealAdminPassword } from './admin-password.ts';
export { applyConf } from './apply-conf.ts';
export { buildBounds, databaseBounds, gateBounds, mailCatcherBounds, toolBounds } from './container-limits.ts';
export { ensureCreated, ensureNetwork, findContainer, logConfig, startContainer, stopContainer } from './containers.ts';
export { servingContainer, settingsOf, type Site, siteAt, siteOf, sizingOf } from './context.ts';
export { requireCopySpace } from './copy-space.ts';
export { countInstances } from './count.ts';
export { createInput as createInstanceInput, createInstance, createInstanceWith } from './create.ts';
export {
  databaseConf,
  databaseConfPath,
  type DatabaseSettings,
  databaseSettingsOf,
  readsConf,
  usualSettings,
  writeConf,
} from './database-conf.ts';
export { ensureDatabase } from './database-container.ts';
export { createDatabase, ensureRoleAndDatabase, signInAsOdoo } from './database-role.ts';
export { ensureDatabaseRuns, ensureDatabaseWithin, waitForPostgres } from './database.ts';
export { deleteInstance, type Deletion } from './delete.ts';
export { ensureData } from './ensure-data.ts';
export { envVarInput } from './env-vars.ts';
export { instancesFeature } from './feature.ts';
export { getImage, getImages } from './get-image.ts';
export { waitForOdoo } from './health.ts';
export { imageMounts, removeUnusedImageVolumes } from './image-volumes.ts';
export { wasInterrupted } from './interrupted.ts';
export { resting, restingOf } from './kinds.ts';
export { deletion, settleDeletion } from './lifecycle.job.ts';
export {
  getInstance,
  type InstanceFilter,
  instancesById,
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
  mailPart,
  namesOf,
  operationLabel,
  partLabel,
  volumesOf,
} from './names.ts';
export { usesReplicas } from './odoo-conf.ts';
export { ensureFilestoreVolume, ensureOdoo } from './odoo-container.ts';
export { addressOf, isTrusted, setOdooPassword, trustedOf, trustOdoo } from './odoo-trust.ts';
export { type EnvironmentInstance, instancesOfEnvironments } from './of-environments.ts';
export { type OneOff, removeTools, runTool } from './one-off.ts';
export { type OdooRun, runOdoo } from './run-odoo.ts';
export { allTables, countRows, dumpedTables } from './row-counts.ts';
export { askPooler, ensurePooler, removePooler } from './pooler.ts';
export { leastPool } from './pooler-conf.ts';
export { poolerOf, poolerPort, type PoolerSettings, poolerShape } from './pooler-settings.ts';
export { allocatePort } from './ports.ts';
export { provisioningSteps, removeProvisioned, settleProvisioning } from './provisioning.ts';
export { builtImages, removeContainer, removeObjects } from './removal.ts';
export { allowReplication, forgetReplication } from './replication.ts';
export { oldestPostgres, postgresRelease } from './postgres-release.ts';
export { provisionAgain } from './reprovision.ts';
export { resetAdminPassword } from './reset-password.ts';
export { instanceResource } from './resource.ts';
export { recheckRestored } from './restored.ts';
export { runDatabase } from './run-database.ts';
export { startServing } from './serving.ts';
export { scramVerifier } from './scram.ts';
export { ensureScratch, removeScratch, scratchOf } from './scratch.ts';
export { copySecrets, envVarNames, openSecrets, sealNewSecrets, sealOdooPassword, secretOwner } from './sealed.ts';
export { requireNoLiveBackup } from './snapshots-beside.ts';
export { sql, sqlAsOdoo, sqlIn, sqlText } from './sql.ts';
export { startContainers } from './start-containers.ts';
export { type Begin, restart, start, stop } from './transitions.ts';
export { configureInstance, updateInput as updateInstanceInput, updateInstance } from './update.ts';
export { InstanceWatch } from './watch.ts';
