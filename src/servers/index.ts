export * as serverKinds from './kinds.ts';
export { latestServerMetric, type Period, periods, serverMetrics } from './metrics.ts';
export { ServerMonitor } from './monitor.ts';
export { openTo, projectsOfServers, serverForProject, updateServerProjects, updateServerProjectsInput } from './projects.ts';
export { removeServerJob } from './remove.job.ts';
export { acceptHostKey, createServer, createInput as createServerInput, getServer, listServers, removeServer, updateServer, updateInput as updateServerInput, validateServer } from './service.ts';
export { attemptHost, connectServer, credentialOwner } from './target.ts';
export { validateServerJob } from './validate.job.ts';
