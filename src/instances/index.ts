export { countInstances } from './count.ts';
export { instancesFeature } from './feature.ts';
export { envVarInput } from './env-vars.ts';
export { instanceLogs, type LogSource } from './logs.ts';
export { envVarNames, secretOwner } from './sealed.ts';
export {
  configureInstance,
  configureInput as configureInstanceInput,
  createInstance,
  createInput as createInstanceInput,
  deleteInstance,
  getInstance,
  restart,
  revealAdminPassword,
  start,
  stop,
} from './service.ts';
export { type InstanceFilter, type InstanceView, listInstances } from './list.ts';
