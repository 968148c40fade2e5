export { cancelDeployment } from './cancel.ts';
export { compareUrl } from './compare-url.ts';
export { deploymentsFeature } from './feature.ts';
export { deployInput, rollbackInput } from './fields.ts';
export { startDeployments } from './keeper.ts';
export { requestDeployment } from './request.ts';
export { requestRollback } from './rollback.ts';
export { rollbackPreview, type RollbackPreview, type TableLoss } from './rollback-preview.ts';
export {
  type DeploymentFilter,
  deploymentsById,
  findingsOf,
  getDeployment,
  listDeployments,
  listProjectDeployments,
  planOf,
  sourcesOf,
} from './rows.ts';
export type { Source } from '../deployed-code/index.ts';
export type { Finding, Plan, PlannedChange } from './shapes.ts';
export { deploymentStatistics, type DeploymentStatistics, statisticsInput } from './statistics.ts';
