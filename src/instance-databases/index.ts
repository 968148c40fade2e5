export {
  type DatabaseBackend,
  databaseBackends,
  type DatabaseLock,
  databaseLocks,
  terminateBackendInput,
  terminateDatabaseBackend,
} from './activity.ts';
export {
  type DatabaseConfiguration,
  databaseConfiguration,
  type DatabaseParameter,
  databasePresets,
} from './configuration.ts';
export { configureDatabase, configureDatabaseInput, databaseParameterInput } from './configure.ts';
export { instanceDatabasesFeature } from './feature.ts';
export { maintenanceActions } from './kinds.ts';
export { maintainDatabase, maintainDatabaseInput, databaseTableInput } from './maintain.ts';
export { type DatabaseMetricPoint, databaseMetrics, databaseMetricsInput } from './metrics.ts';
export { type DatabaseOverview, databaseOverview } from './overview.ts';
export {
  type DatabasePool,
  type DatabasePooler,
  databasePooler,
  disableDatabasePooler,
  enableDatabasePooler,
  enableDatabasePoolerInput,
} from './pooler.ts';
export { type PresetName, presetNames, type Storage } from './presets.ts';
export { queryDatabase, queryDatabaseInput, type QueryResult } from './query.ts';
export { copyReaders } from './readers.ts';
export { rotateDatabasePassword } from './rotate.ts';
export {
  type DatabaseStatement,
  databaseStatements,
  databaseStatementsInput,
  type StatementOrder,
} from './statements.ts';
export { type DatabaseTable, databaseTables, databaseTablesInput } from './tables.ts';
export {
  createDatabaseUser,
  createDatabaseUserInput,
  type DatabaseUser,
  databaseUsers,
  deleteDatabaseUser,
} from './users.ts';
export { DatabaseWatch } from './watch.ts';
