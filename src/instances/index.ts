export { revealAdminPassword } from './admin-password.ts';
export { findContainer, logConfig, stopContainer, ensureCreated, startContainer } from './containers.ts';
export { type Site, siteAt, siteOf, settingsOf } from './context.ts';
export { countInstances } from './count.ts';
export { createInstance, createInput as createInstanceInput, createInstanceWith } from './create.ts';
export { deleteInstance, type Deletion } from './delete.ts';
export { ensureDatabaseRuns, waitForPostgres } from './database.ts';
export { envVarInput } from './env-vars.ts';
export { instancesFeature } from './feature.ts';
export { getImage, getImages } from './get-image.ts';
export { toolBounds, databaseBounds } from './container-limits.ts';
export { createDatabase } from './database-role.ts';
export { ensureData } from './ensure-data.ts';
export { waitForOdoo } from './health.ts';
export { imageMounts } from './image-volumes.ts';
export { wasInterrupted } from './interrupted.ts';
export { resting, restingOf } from './kinds.ts';
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
  instanceLabel,
  labelsOf,
  namesOf,
  operationLabel,
  partLabel,
  volumesOf,
  databaseRole,
} from './names.ts';
export { type EnvironmentInstance, instancesOfEnvironments } from './of-environments.ts';
export { type OneOff, removeTools, runTool } from './one-off.ts';
export { provisioningSteps, removeProvisioned, settleProvisioning } from './provisioning.ts';
export { removeContainer } from './removal.ts';
export { provisionAgain } from './reprovision.ts';
export { resetAdminPassword } from './reset-password.ts';
export { instanceResource } from './resource.ts';
export { recheckRestored } from './restored.ts';
export { ensureScratch, removeScratch, scratchOf } from './scratch.ts';
export { envVarNames, openSecrets, secretOwner } from './sealed.ts';
export { sql, sqlAsOdoo, sqlText, sqlIn } from './sql.ts';
export { type Begin, restart, start, stop } from './transitions.ts';
export { configureInstance, updateInput as updateInstanceInput, updateInstance } from './update.ts';
export { InstanceWatch } from './watch.ts';
export { startContainers } from './start-containers.ts';
export { applyConf } from './apply-conf.ts';
export { usesReplicas } from './odoo-conf.ts';
export { runDatabase } from './run-database.ts';
export { allowReplication, forgetReplication } from './replication.ts';
export { requireCopySpace } from './copy-space.ts';
export { requireNoLiveBackup } from './snapshots-beside.ts';
