export { monitorScope } from './check-result.ts';
export { countServers } from './count.ts';
export { createServer, createInput as createServerInput } from './create.ts';
export { serversFeature } from './feature.ts';
export { fields as serverFields } from './fields.ts';
export { getServer, listServers, type ServerFilter, serversById } from './list.ts';
export { latestServerMetric, type Period, periods, serverMetricHistory, serverMetrics } from './metrics.ts';
export { type ServerLook, ServerMonitor } from './monitor.ts';
export {
  openTo,
  projectsOfServers,
  serverForProject,
  updateServerProjects,
  updateServerProjectsInput,
} from './projects.ts';
export { removeServer } from './remove.ts';
export { attemptHost, connectServer, credentialOwner } from './target.ts';
export { updateServer, updateInput as updateServerInput } from './update.ts';
export { acceptHostKey, acceptHostKeyInput, validateServer } from './validate.ts';
