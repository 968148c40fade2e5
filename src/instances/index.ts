export * as instanceKinds from './kinds.ts';
export { configureInstanceJob } from './configure.job.ts';
export { deleteInstanceJob, restartInstanceJob, startInstanceJob, stopInstanceJob } from './lifecycle.job.ts';
export { envVarInput } from './env-vars.ts';
export { instanceLogs, type LogSource } from './logs.ts';
export { provisionInstanceJob } from './provision.job.ts';
export { envVarNames, secretOwner } from './sealed.ts';
export { configureInstance, configureInput as configureInstanceInput, createInstance, createInput as createInstanceInput, deleteInstance, getInstance, restart, revealAdminPassword, start, stop } from './service.ts';
export { type InstanceFilter, type InstanceView, listInstances } from './list.ts';
