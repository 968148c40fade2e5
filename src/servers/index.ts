export { countServers } from './count.ts';
export { serversFeature } from './feature.ts';
export { latestServerMetric, type Period, periods, serverMetrics } from './metrics.ts';
export { ServerMonitor } from './monitor.ts';
export {
  openTo,
  projectsOfServers,
  serverForProject,
  updateServerProjects,
  updateServerProjectsInput,
} from './projects.ts';
export {
  acceptHostKey,
  createServer,
  createInput as createServerInput,
  getServer,
  listServers,
  removeServer,
  updateServer,
  updateInput as updateServerInput,
  validateServer,
} from './service.ts';
export { attemptHost, connectServer, credentialOwner } from './target.ts';
