import { z } from 'zod';
import type { ApiKey } from '../../prisma/generated/client/client.ts';
import { newApiKey } from '../access/api-key.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, invalidState } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { parse } from '../parse.ts';
import { requireHeldEverywhere, requireWithinKey } from './limits.ts';
import { changeable, isOwn } from './changeable.ts';
import { type KeyRow, keyStatusOf } from './rows.ts';

export const rotateInput = z.object({ overlapHours: z.number().int().min(0).max(168) });

/** The new secret acts for the key's maker: nobody else is given it, or their access would outlive their membership. */
function requireMaker(scope: OrgScope, row: ApiKey): void {
  if (row.userId === scope.access.userId) return;
  const advice = 'ask the creator, or revoke it and create your own key';
  throw new AppError('forbidden', `Only the creator of the key can rotate it; ${advice}`, { constraint: 'maker' });
}

/** Gives the key a new secret; the old one works on for the overlap. */
export async function rotateApiKey(app: App, scope: OrgScope, id: string, overlapHours: number): Promise<KeyRow> {
  const hours = parse(rotateInput, { overlapHours }).overlapHours;
  const { key, prefix, hash } = newApiKey();
  return mutate(app, scope, async ({ tx, record }) => {
    const before = await changeable(tx, scope, id);
    requireMaker(scope, before);
    if (keyStatusOf(before) === 'expired') throw invalidState('API key', 'expired', ['active']);
    if (!isOwn(scope, before)) requireHeldEverywhere(scope.access, before);
    await requireWithinKey(tx, scope.access, before);
    const overlapEnd = hours > 0 ? new Date(Date.now() + hours * 3600_000) : null;
    const row = await tx.apiKey.update({
      where: { id },
      data: { hash, prefix, previousHash: overlapEnd ? before.hash : null, previousExpiresAt: overlapEnd },
    });
    await record({
      action: 'api_key.rotated',
      resource: 'api_key',
      resourceId: id,
      resourceName: row.name,
      before: { prefix: before.prefix },
      after: { prefix, overlapHours: hours },
    });
    await notify(tx, [`access:${id}`]);
    return { ...row, key };
  });
}
