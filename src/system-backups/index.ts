export { BackupError } from './backup-error.ts';
export { openDestination } from './destination.ts';
export { systemBackupsFeature } from './feature.ts';
export { verifyBackup } from './format.ts';
export { filePrefix, type Host } from './host.ts';
export { makeBackup } from './make.ts';
export { type Restored, restore } from './restore.ts';
export { startSystemBackups } from './schedule.ts';
