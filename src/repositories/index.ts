export { createRepository } from './create.ts';
export { deleteRepository } from './delete.ts';
export { branchDestination, environmentFor, type BranchDestination } from './environment-for.ts';
export { repositoriesFeature } from './feature.ts';
export {
  acceptHostKeyInput as acceptRepositoryHostKeyInput,
  createInput as createRepositoryInput,
  createMappingInput as createBranchMappingInput,
  destinationArgs as branchDestinationArgs,
  updateInput as updateRepositoryInput,
  updateMappingInput as updateBranchMappingInput,
} from './fields.ts';
export { acceptRepositoryHostKey } from './host-key.ts';
export {
  createBranchMapping,
  deleteBranchMapping,
  getBranchMapping,
  listBranchMappings,
  updateBranchMapping,
} from './mappings.ts';
export { gitOf, remoteOf } from './remote.ts';
export { type PushAnswer, receivePush } from './push.ts';
export { startPushes } from './push-keeper.ts';
export { webhookUrlOf } from './push-proof.ts';
export { getRef, headOf, listRefs, type RefFilter } from './refs.ts';
export { regenerateDeployKey, regenerateWebhookSecret } from './renew.ts';
export { syncRepository, validateRepository } from './request.ts';
export {
  firstRepository,
  getRepository,
  hostKeysOf,
  listRepositories,
  presentedHostKeysOf,
  type RepositoryRow,
} from './rows.ts';
export { repositorySyncStatus, type SyncStatus } from './sync-status.ts';
export { updateRepository } from './update.ts';
