import { isOperationErrorCode, operationErrorHelp, type OperationErrorCode } from '../error-help/index.ts';
import { AppError } from '../errors.ts';
import { RemoteError, toRemoteError } from '../remote/index.ts';
import { type OperationError, StepError } from './kind.ts';

/** An error of this program's own; what a row says may be of an older one. */
export type Described = OperationError & { code: OperationErrorCode };

/** What the user is told of an error. */
export function describeError(error: unknown): Described {
  if (error instanceof StepError || error instanceof RemoteError)
    return { code: error.code, message: error.message, hint: error.hint };
  // Of what this program does itself, without a server.
  if (error instanceof AppError && isOperationErrorCode(error.code))
    return { code: error.code, message: error.message, hint: operationErrorHelp[error.code].hint };
  const remote = toRemoteError(error);
  if (remote.code !== 'remote_command_failed') return { code: remote.code, message: remote.message, hint: remote.hint };
  // An unknown error may quote anything; the log of the process has it in full.
  return {
    code: 'internal_error',
    message: 'Unexpected error in the control plane',
    hint: 'The worker’s log has the details under the request id of this operation.',
  };
}

export const cancelled: Described = { code: 'cancelled', message: 'The operation was cancelled', hint: null };

export const workerCrashed: Described = {
  code: 'worker_crashed',
  message: 'Five workers in a row stopped during this step',
  hint: 'Read the logs of the workers, fix the cause, then retry the operation.',
};
