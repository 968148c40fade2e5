export { waitForLogin } from './answer.ts';
export { startDueTests, startRestoreTests } from './due.ts';
export { restoreTestsFeature } from './feature.ts';
export { runInput as runRestoreTestInput, scheduleInput as restoreTestScheduleInput } from './fields.ts';
export { runRestoreTest } from './request.ts';
export { getRestoreTest, getRestoreTestSchedule, listRestoreTests } from './rows.ts';
export { deleteRestoreTestSchedule, setRestoreTestSchedule } from './schedule.ts';
