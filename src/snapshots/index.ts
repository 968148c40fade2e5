export { type Copied, copySnapshot, endCopy } from './copy.ts';
export { scratchOf } from './dump.ts';
export { type Dumped, dumpedShape } from './dump-output.ts';
export { snapshotsFeature } from './feature.ts';
export { forgetBackup, forgetRuns, forgetSnapshots, forgetTagged, pruneRepository } from './forget.ts';
export { prepareBeside, removeLeftovers } from './leftovers.ts';
export { removeDeadLocks } from './locks.ts';
export { type Manifest, manifestShape } from './manifest.ts';
export { backupTag, besideVolume, snapshotPaths } from './names.ts';
export { endOneOff, type OneOff, runToEnd } from './one-off.ts';
export { contentAt, dumpFile, filesAt, findFiles, type SnapshotFile } from './read-files.ts';
export { ensureRepository, openRepository, passwordOwner, type Repository, requireReach } from './repository.ts';
export { endRestic, runRestic } from './restic.ts';
export type { ResticOutput, ResticStatus } from './restic-output.ts';
export type { ResticContext, ResticRun } from './restic-run.ts';
export { restoreFiles } from './restore-files.ts';
export {
  abandonSnapshot,
  endSnapshot,
  prepareSnapshot,
  type Snapshot,
  type SnapshotOptions,
  type SnapshotProgress,
  takeDump,
  takeSnapshot,
  uploadSnapshot,
} from './take.ts';
export { verifySnapshot } from './verify.ts';
