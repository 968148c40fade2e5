import { AppError } from '../errors.ts';

/** The documented refusal, the same for every limit. `retry_after` also goes into the Retry-After header. */
export function limitExceeded(limit: string, message: string, seconds: number): AppError {
  const wait = Math.max(1, Math.ceil(seconds));
  return new AppError('rate_limit_exceeded', `${message}; try again in ${wait} ${wait === 1 ? 'second' : 'seconds'}`, {
    limit,
    retry_after: wait,
  });
}
