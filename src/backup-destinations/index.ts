export { createDestination, updateDestination } from './change.ts';
export { deleteDestination } from './delete.ts';
export { backupDestinationsFeature } from './feature.ts';
export {
  configInput as backupDestinationConfigInput,
  createInput as createBackupDestinationInput,
  updateInput as updateBackupDestinationInput,
} from './fields.ts';
export { type OpenDestination, openDestination } from './open.ts';
export { problems as destinationProblems, type TestProblem, type TestStep, testSteps } from './problems.ts';
export { refusalOf } from './refusal.ts';
export type { TestReport } from './report.ts';
export { getResticImage } from './restic-image.ts';
export type { ResticPlace } from './restic-place.ts';
export {
  configShown,
  type DestinationRow,
  getDestination,
  listDestinations,
  objectLockOf,
  type ShownConfig,
} from './rows.ts';
export { testDestination } from './test.ts';
