import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { isDatabaseDown, vanishedRow } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { RemoteError } from '../remote/index.ts';

/** What a user may read of any error: AppErrors as they are, the rest masked. Asked by GraphQL and REST alike. */
export function publicError(error: unknown, log: Logger, requestId: string): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof RemoteError)
    return new AppError('unprocessable', error.message, { reason: error.code, hint: error.hint });
  if (isDatabaseDown(error)) {
    log.warn({ err: error, requestId }, 'The database is unavailable');
    return new AppError('service_unavailable', 'The database is temporarily unavailable; try again');
  }
  const resource = vanishedRow(error);
  if (resource !== undefined) {
    log.info({ err: error, requestId }, 'What a request changes was deleted meanwhile');
    return new AppError('not_found', `The ${resource} was not found: it has just been deleted`, { resource });
  }
  log.error({ err: error, requestId }, 'A request failed unexpectedly');
  return new AppError(
    'internal_error',
    `An unexpected error occurred; include the request id ${requestId} when you report it`,
  );
}

/** Where the pages about errors are: APP_URL where it was given, else the address that the request came to. */
function originOf(config: Config, host: string | null | undefined): string {
  if (config.hasAppUrl || !host || !/^[\w.:[\]-]+$/.test(host)) return config.APP_URL.replace(/\/$/, '');
  return `http://${host}`;
}

export function docUrlOf(config: Config, host: string | null | undefined, code: string): string {
  return `${originOf(config, host)}/docs/errors/${code}`;
}
