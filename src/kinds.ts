import { configureInstanceJob, deleteInstanceJob, provisionInstanceJob, restartInstanceJob, startInstanceJob, stopInstanceJob } from './instances/index.ts';
import { type KindRegistry, registryOf } from './jobs/registry.ts';
import { deleteOrganizationJob } from './orgs/index.ts';
import { removeServerJob, validateServerJob } from './servers/index.ts';

/** Every kind of operation that a worker can run. */
export const kinds: KindRegistry = registryOf([
  validateServerJob, removeServerJob,
  provisionInstanceJob, configureInstanceJob, startInstanceJob, stopInstanceJob, restartInstanceJob, deleteInstanceJob,
  deleteOrganizationJob,
]);
