import { setTimeout as sleep } from 'node:timers/promises';
import { isOperationErrorCode } from '../error-help/index.ts';
import { AppError, errorTable } from '../errors.ts';
import { RemoteError } from '../remote/index.ts';

/** Waits between tries of a step whose server went away for a moment, in ms; the last is repeated. */
const delays = [500, 1000, 2000, 4000, 8000];

/** How long a server may be away, in ms: while nothing was begun there, after that, and while it is cleaned up. */
export const awayMs = { unbegun: 16_000, begun: 60_000, cleanup: 25_000 };

/** Whether the same may succeed a moment later. */
function isPassing(error: unknown): error is Error {
  if (error instanceof RemoteError) return error.retryable;
  return error instanceof AppError && isOperationErrorCode(error.code) && errorTable[error.code].retryable;
}

/** Tries again while the server is away for a moment; no new try begins after `windowMs`. */
export async function retrying<T>(
  options: { windowMs: number; signal: AbortSignal; say: (message: string) => void },
  work: () => Promise<T>,
): Promise<T> {
  const end = performance.now() + options.windowMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const delay = delays[attempt] ?? 8000;
      if (!isPassing(error) || performance.now() + delay > end || options.signal.aborted) throw error;
      options.say(`${error.message}; trying again in ${delay / 1000} s`);
      await sleep(delay, undefined, { signal: options.signal });
    }
  }
}
