export { configureInstanceJob } from './configure.job.ts';
export { deleteInstanceJob, restartInstanceJob, startInstanceJob, stopInstanceJob } from './lifecycle.job.ts';
export { instanceLogs, type LogSource } from './logs.ts';
export { provisionInstanceJob } from './provision.job.ts';
export { envVarNames } from './sealed.ts';
export { configureInstance, createInstance, deleteInstance, getInstance, listInstances, restart, revealAdminPassword, start, stop } from './service.ts';
