export { replicasFeature } from './feature.ts';
export { createReplicaInput } from './place.ts';
export { createReplica, getReplicaOf, listReplicas, promoteReplica, rebuildReplica, removeReplica } from './service.ts';
export { ReplicaWatch } from './watch.ts';
