export { pitrFeature } from './feature.ts';
export { archiveUpToNow, beginArchivingAgain } from './history.ts';
export {
  archiveAtOnce,
  disablePointInTime,
  enableInput as enablePointInTimeInput,
  enablePointInTime,
  type PointInTime,
  pointInTime,
  restoreInput as restorePointInput,
  restorePoint,
  takeBaseBackup,
} from './service.ts';
export { startArchiving } from './timer.ts';
export { ArchiveWatch } from './watch.ts';
