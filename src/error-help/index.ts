import type { ErrorCode } from '../errors.ts';
import { accessHelp } from './access.ts';
import { backupHelp } from './backups.ts';
import { cloneHelp } from './clones.ts';
import { connectionHelp } from './connection.ts';
import { deploymentHelp } from './deployments.ts';
import { engineHelp } from './engine.ts';
import { gitHelp } from './git.ts';
import type { ErrorHelp, OperationErrorHelp } from './help.ts';
import { repositoryHelp } from './repositories.ts';
import { requestHelp } from './request.ts';
import { stateHelp } from './state.ts';
import { stepHelp } from './steps.ts';

/** A code without help does not compile. The error pages and the examples of the OpenAPI document are made from this. */
export const errorHelp: Readonly<Record<ErrorCode, ErrorHelp>> = {
  ...requestHelp,
  ...accessHelp,
  ...stateHelp,
  ...gitHelp,
};

const remoteHelp = { ...connectionHelp, ...engineHelp };
const operationErrors = {
  ...remoteHelp,
  ...stepHelp,
  ...backupHelp,
  ...cloneHelp,
  ...repositoryHelp,
  ...deploymentHelp,
};

/** What goes wrong on the way to a server and at its engine. */
export type RemoteErrorCode = keyof typeof remoteHelp;

/** The codes with which operations end. A few are codes of requests as well, and mean the same there. */
export type OperationErrorCode = keyof typeof operationErrors;

/** The one table of the errors of operations: their pages and their hints are made from it. */
export const operationErrorHelp: Readonly<Record<OperationErrorCode, OperationErrorHelp>> = operationErrors;

export const isOperationErrorCode = (code: string): code is OperationErrorCode => Object.hasOwn(operationErrors, code);
