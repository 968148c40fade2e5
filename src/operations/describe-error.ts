import { RemoteError, toRemoteError } from '../remote/index.ts';
import { type OperationError, StepError } from './kind.ts';

/** What the user is told of an error. */
export function describeError(error: unknown): OperationError {
  if (error instanceof StepError || error instanceof RemoteError)
    return { code: error.code, message: error.message, hint: error.hint };
  const remote = toRemoteError(error);
  if (remote.code !== 'remote_command_failed') return { code: remote.code, message: remote.message, hint: remote.hint };
  // An unknown error may quote anything; the log of the process has it in full.
  return {
    code: 'internal_error',
    message: 'Something unexpected went wrong in the control plane',
    hint: 'The log of the worker has the details under this operation’s request id.',
  };
}

export const cancelled: OperationError = { code: 'cancelled', message: 'The operation was cancelled', hint: null };

export const workerCrashed: OperationError = {
  code: 'worker_crashed',
  message: 'Five workers in a row were lost while they did this step',
  hint: 'Look at the logs of the workers; it may be run again when the reason is known.',
};
