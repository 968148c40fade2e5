export { alertTypes, type AlertFilter, countAlerts, getAlert, listAlerts, markAlert } from './alerts.ts';
export { createSchedule, deleteSchedule, updateSchedule } from './change.ts';
export { backupSchedulesFeature } from './feature.ts';
export {
  createInput as createBackupScheduleInput,
  policyInput as retentionPolicyInput,
  updateInput as updateBackupScheduleInput,
} from './fields.ts';
export { type Preset, presets as schedulePresets } from './presets.ts';
export { previewRetention } from './preview.ts';
export type { Kept } from './retention.ts';
export { getSchedule, listSchedules } from './rows.ts';
export { startBackupSchedules } from './start.ts';
export { runsAfter } from './timing.ts';
