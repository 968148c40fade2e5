import type { Request } from 'express';
import type { Context } from '../schema/context.ts';
import { validationError } from '../src/errors.ts';
import { once } from '../src/idempotency/index.ts';
import type { RestAnswer } from './answer.ts';
import { ownerOf, type PreparedRoute } from './prepared.ts';

/** The same key of another caller, or for what belongs to another organization, is another key. */
function callerOf(prepared: PreparedRoute, { access, client }: Context): string {
  if (!access.actor) return `address ${client.ipAddress ?? ''}`;
  return `${access.actor.type} ${access.actor.id ?? ''} ${ownerOf(prepared, access)}`;
}

/** Runs a change once for its Idempotency-Key; without one, simply runs it. */
export async function idempotent(request: Request, context: Context, prepared: PreparedRoute, run: () => Promise<RestAnswer>): Promise<{ answer: RestAnswer; replayed: boolean }> {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return { answer: await run(), replayed: false };
  // What sets cookies cannot be given again without them.
  if (prepared.route.category === 'Authentication' && context.browser.wantsCookies) {
    throw validationError([{ field: 'Idempotency-Key', constraint: 'not_supported', message: 'Idempotency-Key is not supported with X-OCore-Session: cookie here: the first response sets cookies, which are not kept' }]);
  }
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw validationError([{ field: 'Idempotency-Key', constraint: 'format', message: 'Idempotency-Key must be 1 to 255 printable ASCII characters without spaces, ideally a random UUID' }]);
  }
  const body: unknown = request.body;
  return once(context.app, { key, caller: callerOf(prepared, context), request: JSON.stringify([request.method, request.originalUrl, body ?? null]), requestId: context.client.requestId, actorId: context.access.actor?.id ?? null, ipAddress: context.client.ipAddress }, run);
}
