import { configureInstanceJob, deleteInstanceJob, instanceKinds, provisionInstanceJob, restartInstanceJob, startInstanceJob, stopInstanceJob } from './instances/index.ts';
import { type KindRegistry, registryOf } from './operations/registry.ts';
import { deleteOrganizationJob, organizationKinds } from './orgs/index.ts';
import { removeServerJob, serverKinds, validateServerJob } from './servers/index.ts';

/** Every kind of operation that a worker can run. */
export const kinds: KindRegistry = registryOf([
  { definitions: serverKinds, implementations: [validateServerJob, removeServerJob] },
  { definitions: instanceKinds, implementations: [provisionInstanceJob, configureInstanceJob, startInstanceJob, stopInstanceJob, restartInstanceJob, deleteInstanceJob] },
  { definitions: organizationKinds, implementations: [deleteOrganizationJob] },
]);
