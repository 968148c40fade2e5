import type { Request } from 'express';
import type { Context } from '../schema/context.ts';
import { validationError } from '../src/errors.ts';
import { once } from '../src/idempotency/index.ts';
import type { RestAnswer } from './answer.ts';
import type { PreparedRoute } from './prepared.ts';

function callerOf({ access, client }: Context): string {
  if (!access.actor) return `address ${client.ipAddress ?? ''}`;
  return `${access.actor.type} ${access.actor.id ?? ''} ${access.org?.id ?? ''}`;
}

/** Runs a change once for its Idempotency-Key; without one, simply runs it. */
export async function idempotent(request: Request, context: Context, { allow, route }: PreparedRoute, run: () => Promise<RestAnswer>): Promise<{ answer: RestAnswer; replayed: boolean }> {
  const key = request.headers['idempotency-key'];
  // What sets cookies cannot be given again without them.
  if (key === undefined || (route.category === 'Authentication' && context.browser.wantsCookies)) return { answer: await run(), replayed: false };
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw validationError([{ field: 'Idempotency-Key', constraint: 'format', message: 'Idempotency-Key must be 1 to 255 printable ASCII characters without spaces, ideally a random UUID' }]);
  }
  // A caller who has lost the permission does not receive the result either.
  allow(context.access);
  const body: unknown = request.body;
  return once(context.app, { key, caller: callerOf(context), request: JSON.stringify([request.method, request.originalUrl, body ?? null]), requestId: context.client.requestId, actorId: context.access.actor?.id ?? null, ipAddress: context.client.ipAddress }, run);
}
