import type { Request } from 'express';
import type { Context } from '../schema/context.ts';
import type { AdvisoryLocks } from '../src/database/advisory-locks.ts';
import { AppError, validationError } from '../src/errors.ts';
import { answerOf } from './answer.ts';
import { runDocument } from './run-document.ts';
import { etagOf, isCurrent } from './etag.ts';
import { ownerOf, type PreparedRoute } from './prepared.ts';

/**
 * If-Match: changes the resource only while its ETag, as GET gives it, is the one that the client names. Of several such
 * requests for one resource the database lets one at a time look and change, in whatever process they run, so two
 * that name the same ETag cannot both succeed. What remains: a change that does not ask this way (GraphQL, a request without
 * If-Match, a worker) can still come between the look and the change, within milliseconds.
 */
export async function onlyIfCurrent<T>(locks: AdvisoryLocks, request: Request, context: Context, getter: PreparedRoute | undefined, work: () => Promise<T>): Promise<T> {
  const header = request.headers['if-match'];
  if (header === undefined) return work();
  if (!getter) throw validationError([{ field: 'If-Match', constraint: 'not_supported', message: 'If-Match is not supported here: the path has no GET that returns an ETag' }]);
  const named = Object.fromEntries(getter.pathParameters.map((name) => [name, request.params[name]]));
  // A path can be written in many ways, and so can an id: the resource has one lock.
  return locks.hold(`${ownerOf(getter, context.access)} ${getter.route.path} ${JSON.stringify(named).toLowerCase()}`, async () => {
    const value = await runDocument(getter, context, named);
    const { body } = answerOf(getter.route, value, request.originalUrl);
    const etag = etagOf(body, JSON.stringify(body), getter.route.readings);
    if (isCurrent(header, etag)) return work();
    throw new AppError('precondition_failed', 'The resource has changed since you read it: read it again and repeat the change with its new ETag', { field: 'If-Match', constraint: 'current', current: etag });
  });
}
